/** @import { Session } from "./session.js" */

/**
 * The sessions of a page. Each widget loads this file as a module of its own, so they meet in a global place.
 *
 * @typedef {{sessions: Set<Session>, waiting: Set<() => void>}} Registry
 */

const NAME = Symbol.for("annowidgets.editor.sessions");

/** @type {Record<symbol, Registry>} */
const page = /** @type {any} */ (globalThis);
const registry = (page[NAME] ??= { sessions: new Set(), waiting: new Set() });

/** @param {Session} session @returns {() => void} takes it out */
export const register = (session) => {
    registry.sessions.add(session);
    for (const look of [...registry.waiting]) look();
    return () => void registry.sessions.delete(session);
};

/**
 * The session of a stage, as soon as there is one.
 *
 * What a widget is given of its own model does not tell its id; but the model of its layout is the same object for all.
 *
 * @param {{get(name: string): any}} model of the stage
 * @returns {Promise<Session>}
 */
export const sessionOf = (model) =>
    new Promise((resolve) => {
        const look = () => {
            const layout = model.get("layout");
            const found = [...registry.sessions].find(
                (session) => session.model === model || session.model.get("layout") === layout,
            );
            if (!found) return;
            registry.waiting.delete(look);
            resolve(found);
        };
        registry.waiting.add(look);
        look();
    });
