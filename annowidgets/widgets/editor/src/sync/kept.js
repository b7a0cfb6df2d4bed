/** @import { Key, Op } from "../types.js" */

/**
 * Ops that Python has not acknowledged, kept across reloads of the page and restarts of the kernel.
 *
 * @typedef {object} Kept
 * @property {(key: Key, sequence: number, op: Op) => Promise<boolean>} add begins to write at once; whether it lies there
 * @property {(key: Key, sequence: number) => void} remove
 * @property {(key: Key) => Promise<{sequence: number, op: Op}[]>} list in order of their sequence
 */

const STORE = "ops";

/** @param {Key} key @param {number | IDBValidKey} sequence @returns {IDBValidKey[]} */
const keyOf = ({ workspace, task, user }, sequence) => [
    workspace,
    /** @type {string | number} */ (task),
    user,
    sequence,
];

/** In the browser's IndexedDB: database "annowidgets", store "ops". @implements {Kept} */
export class IndexedDbKept {
    /** @type {Promise<IDBDatabase | null>} */
    #opening;
    /** @type {IDBDatabase | null} */
    #database = null;

    constructor() {
        this.#opening = opened().then((database) => (this.#database = database));
    }

    /** @param {Key} key @param {number} sequence @param {Op} op @returns {Promise<boolean>} */
    add(key, sequence, op) {
        return this.#write((store) => store.add({ op, sequence }, keyOf(key, sequence)));
    }

    /** @param {Key} key @param {number} sequence */
    remove(key, sequence) {
        void this.#write((store) => store.delete(keyOf(key, sequence)));
    }

    /** @param {Key} key @returns {Promise<{sequence: number, op: Op}[]>} */
    async list(key) {
        const database = await this.#opening;
        if (!database) return [];
        // arrays come after all numbers, so this range holds every sequence
        const range = IDBKeyRange.bound(keyOf(key, -Infinity), keyOf(key, []));
        return new Promise((resolve) => {
            try {
                const request = database.transaction(STORE).objectStore(STORE).getAll(range);
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => resolve([]);
            } catch {
                resolve([]);
            }
        });
    }

    /** @param {(store: IDBObjectStore) => void} change @returns {Promise<boolean>} whether it was written */
    #write(change) {
        if (this.#database) return written(this.#database, change);
        return this.#opening.then((database) => (database ? written(database, change) : false));
    }
}

/**
 * A refusal may come late: there is no room on the disk, or the browser has closed the database.
 *
 * @param {IDBDatabase} database
 * @param {(store: IDBObjectStore) => void} change
 * @returns {Promise<boolean>}
 */
const written = (database, change) =>
    new Promise((resolve) => {
        try {
            const transaction = database.transaction(STORE, "readwrite");
            transaction.oncomplete = () => resolve(true);
            transaction.onerror = transaction.onabort = () => resolve(false);
            change(transaction.objectStore(STORE));
            transaction.commit(); // now, for the page may go away
        } catch {
            resolve(false);
        }
    });

/** @returns {Promise<IDBDatabase | null>} null where the browser keeps nothing, as in some private windows */
const opened = () =>
    new Promise((resolve) => {
        try {
            const request = indexedDB.open("annowidgets", 1);
            request.onupgradeneeded = () => request.result.createObjectStore(STORE);
            request.onsuccess = () => {
                // else another tab could never bring the database to a later version
                request.result.onversionchange = () => request.result.close();
                resolve(request.result);
            };
            request.onerror = request.onblocked = () => resolve(null);
        } catch {
            resolve(null);
        }
    });
