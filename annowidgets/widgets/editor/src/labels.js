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
export const reclassed = ({ attributes = {}, ...label }, item) => {
    const questions = new Set(asked(item.attributes ?? []));
    const kept = Object.fromEntries(Object.entries(attributes).filter(([name]) => questions.has(name)));
    return { ...label, category: item.name, ...(Object.keys(kept).length ? { attributes: kept } : {}) };
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
