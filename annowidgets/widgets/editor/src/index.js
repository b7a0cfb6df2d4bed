/** @import { Model } from "./types.js" */

import styles from "./editor.css";
import { register, sessionOf } from "./registry.js";
import inScreen from "./screen.css";
import { Session } from "./session.js";
import { Channel } from "./sync/channel.js";
import { IndexedDbKept } from "./sync/kept.js";
import { showPanel } from "./ui/panel.js";
import { showStage } from "./ui/stage.js";

/** The stylesheet, once per page or shadow tree. @param {HTMLElement} el */
const wear = (el) => {
    const root = el.getRootNode();
    const place = root instanceof ShadowRoot ? root : document.head;
    if (place.querySelector("style[data-aw-editor]")) return;
    const style = document.createElement("style");
    style.dataset.awEditor = "";
    style.textContent = `${styles}\n${inScreen}`;
    place.append(style);
};

/** A widget: the stage, or the panel beside it. */
export default () => {
    /** @type {Session | null} of the stage: one for all its views */
    let session = null;
    return {
        /** @param {{model: Model}} context */
        initialize({ model }) {
            if (model.get("part") !== "stage") return undefined;
            const kept = new IndexedDbKept();
            const made = new Session(model, (document) => new Channel({ model, document, kept }));
            session = made;
            const leave = register(made);
            /** @param {BeforeUnloadEvent} event */
            const ask = (event) => {
                if (!made.channel.state.kept) event.preventDefault(); // what is on its way would be lost
            };
            window.addEventListener("beforeunload", ask);
            return () => {
                window.removeEventListener("beforeunload", ask);
                leave();
                made.close();
            };
        },
        /** @param {{model: Model, el: HTMLElement}} context */
        async render({ model, el }) {
            wear(el);
            if (session) return showStage(session, el);
            const stage = await model.widget_manager?.get_model(model.get("stage").slice("IPY_MODEL_".length));
            return showPanel(await sessionOf(stage), el);
        },
    };
};
