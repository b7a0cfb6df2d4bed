/** @import { Label, ObjectClass, Question } from "./types.js" */

/** Names of questions, with those under their options. @param {Question[]} questions @returns {string[]} */
const asked = (questions) =>
    questions.flatMap(({ name, options = [] }) => [
        name,
        ...options.flatMap((option) => (typeof option === "string" ? [] : asked(option.questions ?? []))),
    ]);

/**
 * A label as one of another class; answers that the class does not ask for would make it invalid.
 *
 * @param {Label} label
 * @param {ObjectClass} item
 * @returns {Label}
 */
export const reclassed = ({ attributes = {}, attributes_by_frame = {}, ...label }, item) => {
    const questions = new Set(asked(item.attributes ?? []));
    /** @param {Record<string, any>} answers */
    const kept = (answers) => Object.fromEntries(Object.entries(answers).filter(([name]) => questions.has(name)));
    const byFrame = Object.entries(attributes_by_frame).map(([frame, answers]) => [frame, kept(answers)]);
    const left = {
        attributes: kept(attributes),
        attributes_by_frame: Object.fromEntries(byFrame.filter(([, answers]) => Object.keys(answers).length)),
    };
    return {
        ...label,
        category: item.name,
        ...Object.fromEntries(Object.entries(left).filter(([, answers]) => Object.keys(answers).length)),
    };
};

/** Class -> number of its labels. @param {readonly Label[]} labels @returns {Map<string, number>} */
export const counted = (labels) => {
    const counts = new Map();
    for (const { category } of labels) counts.set(category, (counts.get(category) ?? 0) + 1);
    return counts;
};

/**
 * Label id -> "RBC 3", numbered in the order of the list.
 *
 * @param {readonly Label[]} labels
 * @returns {Map<string, string>}
 */
export const titled = (labels) => {
    const counts = new Map();
    const titles = new Map();
    for (const { id, category } of labels) {
        counts.set(category, (counts.get(category) ?? 0) + 1);
        titles.set(id, `${category} ${counts.get(category)}`);
    }
    return titles;
};
