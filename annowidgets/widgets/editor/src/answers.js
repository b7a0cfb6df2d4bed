/** @import { Answer, Op } from "./types.js" */

/** On a frame. @param {readonly Answer[]} answers to one question @param {number} frame */
const valueOn = (answers, frame) =>
    JSON.stringify(answers.find(({ frame: first = NaN, until = first }) => first <= frame && frame <= until)?.value);

/**
 * The frames on which an op changes answers, as ranges from the first to the last; none where it is about the item.
 *
 * @param {Op} op
 * @returns {[number, number][]}
 */
export const framesAnswered = ({ forward, backward }) =>
    Object.entries(forward.answers ?? {}).flatMap(([question, after]) => {
        const before = backward.answers?.[question] ?? [];
        const ofFrames = [...before, ...after].filter(({ frame }) => frame !== undefined);
        // between two of these frames no answer begins or ends
        const starts = new Set(ofFrames.flatMap(({ frame = 0, until = frame }) => [frame, until + 1]));
        const edges = [...starts].sort((a, b) => a - b);
        return edges
            .slice(0, -1)
            .map((first, i) => /** @type {[number, number]} */ ([first, edges[i + 1] - 1]))
            .filter(([first]) => valueOn(before, first) !== valueOn(after, first));
    });
