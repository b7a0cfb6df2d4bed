// Says which of the keys on standard input the editor takes: {"still": [...], "film": [...]}.
import { readFileSync } from "node:fs";

globalThis.document ??= {};
const { followKeys } = await import("../../annowidgets/widgets/editor/src/ui/keys.js");

/** Whatever is asked of it, it is there; calls are heard and do nothing. */
const anything = (known = {}) =>
    new Proxy(() => undefined, { get: (_, name) => known[name] ?? anything(), apply: () => anything() });

const eventOf = (chord) => {
    const [, ctrl, alt, shift, key] = /^(ctrl\+)?(alt\+)?(shift\+)?(.+)$/.exec(chord);
    const taken = { is: false };
    const event = {
        key,
        ctrlKey: Boolean(ctrl),
        altKey: Boolean(alt),
        shiftKey: Boolean(shift),
        metaKey: false,
        target: { closest: () => null },
        preventDefault: () => (taken.is = true),
        stopPropagation: () => undefined,
    };
    return { event, taken };
};

const takes = (isMany) => (chord) => {
    const classes = Array.from({ length: 9 }, (_, place) => ({ name: `${place}`, shape: "polygon" }));
    const session = { brush: 20, tool: "select", readOnly: false, classes, tracks: anything({ isMany }) };
    const stage = anything({ session: anything(session), hand: { isKeyboard: false }, view: { scale: 1 } });
    const listeners = {};
    followKeys({ addEventListener: (type, call) => (listeners[type] = call) }, () => stage, {});
    const { event, taken } = eventOf(chord);
    listeners.keydown(event);
    return taken.is;
};

const chords = JSON.parse(readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify({ still: chords.filter(takes(false)), film: chords.filter(takes(true)) }));
