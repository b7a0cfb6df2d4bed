/**
 * Tells listeners what happened. A listener's failure keeps no other from hearing.
 *
 * @template {Record<string, any>} Events name -> what is told
 */
export class Emitter {
    /** @type {Map<keyof Events, Set<(told: any) => void>>} */
    #listeners = new Map();

    /**
     * @template {keyof Events} Name
     * @param {Name} name
     * @param {(told: Events[Name]) => void} listener
     * @returns {() => void} stops listening
     */
    on(name, listener) {
        const listeners = this.#listeners.get(name) ?? new Set();
        this.#listeners.set(name, listeners.add(listener));
        return () => void listeners.delete(listener);
    }

    /**
     * @template {keyof Events} Name
     * @param {Name} name
     * @param {Events[Name]} told
     */
    emit(name, told) {
        for (const listener of [...(this.#listeners.get(name) ?? [])]) {
            try {
                listener(told);
            } catch (error) {
                console.error(error);
            }
        }
    }
}
