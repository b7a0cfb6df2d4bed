/** @import { Delta, Label } from "./types.js" */

/**
 * The list after a delta: first what is removed, then what is put, in ascending index. A label whose id is there
 * already is replaced where it stands, any other is inserted.
 *
 * @param {readonly Label[]} labels
 * @param {Delta} delta
 * @returns {Label[]}
 */
export const applied = (labels, { put, remove }) => {
    const gone = new Set(remove);
    const after = gone.size ? labels.filter(({ id }) => !gone.has(id)) : [...labels];
    const places = put.length ? new Map(after.map(({ id }, index) => [id, index])) : new Map();
    const added = [];
    for (const [label, index] of put) {
        const place = places.get(label.id);
        if (place === undefined) added.push({ label, index });
        else after[place] = label;
    }
    added.sort((a, b) => a.index - b.index);
    for (const { label, index } of added) after.splice(Math.min(Math.max(index, 0), after.length), 0, label);
    return after;
};

/**
 * What an edit does, and what takes it back exactly.
 *
 * @param {readonly Label[]} labels
 * @param {{put?: Label[], remove?: string[]}} edit new labels go to the end
 * @returns {{forward: Delta, backward: Delta}}
 */
export const between = (labels, { put = [], remove = [] }) => {
    const places = new Map(labels.map(({ id }, index) => [id, index]));
    const gone = new Set(remove.filter((id) => places.has(id)));
    const after = labels.filter(({ id }) => !gone.has(id));
    const left = new Map(after.map(({ id }, index) => [id, index]));
    /** @type {Delta} */
    const forward = { put: [], remove: [...gone] };
    /** @type {Delta} */
    const backward = { put: [], remove: [] };
    let end = after.length;
    for (const label of put) {
        const place = left.get(label.id);
        forward.put.push([label, place ?? end]);
        if (place === undefined) {
            end += 1;
            backward.remove.push(label.id);
        } else backward.put.push([after[place], places.get(label.id) ?? place]);
    }
    for (const id of gone) {
        const place = places.get(id) ?? 0;
        backward.put.push([labels[place], place]);
    }
    forward.put.sort((a, b) => a[1] - b[1]);
    backward.put.sort((a, b) => a[1] - b[1]);
    return { forward, backward };
};

/** @param {Delta} delta */
export const isEmpty = ({ put, remove }) => put.length === 0 && remove.length === 0;
