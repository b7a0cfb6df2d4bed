/** @import { StageView } from "./stage_view.js" */

const FAR = 10; // frames

/**
 * Keys of an item with several frames.
 *
 * @param {StageView} stage
 * @param {KeyboardEvent} event
 * @returns {(() => void) | undefined} undefined: the key means what it means on a still picture
 */
export const frameAction = ({ session, hand }, { key, shiftKey, ctrlKey, metaKey, altKey }) => {
    const { player, tracks, readOnly } = session;
    if (!tracks.isMany || ctrlKey || metaKey || altKey) return undefined;
    const far = shiftKey ? FAR : 1;
    /** @type {Record<string, () => void>} */
    const moves = {
        PageUp: () => player.step(-FAR),
        PageDown: () => player.step(FAR),
        Home: () => player.go(0),
        End: () => player.go(player.last),
        p: () => player.toggle(),
        j: () => tracks.jump(-1),
        l: () => tracks.jump(1),
        // the keyboard's cursor needs them
        ...(hand.isKeyboard ? {} : { ArrowLeft: () => player.step(-far), ArrowRight: () => player.step(far) }),
    };
    /** @type {Record<string, () => void>} */
    const edits = {
        m: () => tracks.key(),
        x: () => tracks.outside(),
        u: () => tracks.until(),
        t: () => tracks.copy(session.copies()),
    };
    const name = key.length === 1 ? key.toLowerCase() : key;
    return moves[name] ?? (readOnly ? undefined : edits[name]);
};
