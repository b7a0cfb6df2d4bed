// Not crypto.randomUUID: pages served by plain http from another machine have none.

/** @param {number} bytes */
const hexadecimal = (bytes) =>
    [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** A fresh id of a label: 12 hexadecimal digits, as Python makes them. */
export const newLabelId = () => hexadecimal(6);

/** A fresh id of an op: a random UUID (RFC 9562, version 4). */
export const newOpId = () => {
    const digits = [...hexadecimal(16)];
    digits[12] = "4";
    digits[16] = "89ab"[parseInt(digits[16], 16) & 3];
    const text = digits.join("");
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
};
