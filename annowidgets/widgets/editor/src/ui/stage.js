/** @import { Session } from "../session.js" */

import { make } from "./dom.js";
import { frameBar } from "./frame_bar.js";
import { followKeys } from "./keys.js";
import { followPointer } from "./pointer.js";
import { StageView } from "./stage_view.js";
import { statusLine } from "./status.js";
import { toolbar } from "./toolbar.js";

const PRESSED = ".aw-ed-rail button, .aw-ed-zoom button, .aw-ed-moves button, .aw-ed-brush input";

/**
 * The stage on the page: tools, picture, status line.
 *
 * @param {Session} session
 * @param {HTMLElement} el
 * @returns {() => void} takes it away
 */
export const showStage = (session, el) => {
    const place = make("div", {
        className: "aw-ed-stage",
        tabIndex: 0,
        role: "application",
        "aria-label": "Picture with labels",
        "aria-roledescription": "label editor",
    });
    const cover = make("div", { className: "aw-ed-cover", role: "status" });
    const middle = make("div", { className: "aw-ed-middle" }, place, cover);
    const stage = new StageView(session, place);
    const [tools, status, bar] = [toolbar(stage), statusLine(session, stage), frameBar(session)];
    const frames = make("div", { className: "aw-ed-frames" }, bar.element);
    const root = make(
        "div",
        { className: "aw-ed", tabIndex: -1, "data-lm-suppress-shortcuts": "true" },
        tools.element,
        middle,
        frames,
        status.element,
    );
    el.classList.add("aw", "aw-ed-host");
    el.append(root);

    // JupyterLab compares its selectors with the focused element itself, so that must wear the attribute too.
    root.addEventListener("focusin", ({ target }) => {
        if (target instanceof Element) target.setAttribute("data-lm-suppress-shortcuts", "true");
        session.bringToFront(stage);
    });
    // who pressed it by mouse works on in the picture: there Space moves it, and does not press the button again
    root.addEventListener("click", ({ detail, target }) => {
        if (detail > 0 && target instanceof Element && target.closest(PRESSED)) place.focus({ preventScroll: true });
    });
    session.bringToFront(stage);
    const held = { isSpaceHeld: false, hasPanned: false };
    const stops = [
        followPointer(place, stage, held),
        followKeys(root, () => stage, held),
        tools.close,
        status.close,
        bar.close,
        () => stage.close(),
    ];

    const draw = () => {
        const { picture, problem } = session.frames;
        frames.hidden = !session.tracks.isMany;
        cover.hidden = picture !== undefined;
        cover.textContent = problem ?? (session.given.frames > 0 ? "Loading the picture …" : "");
        cover.classList.toggle("aw-bad", problem !== null);
        const { title } = session.given;
        place.setAttribute("aria-label", title ? `Picture ${title} with labels` : "Picture with labels");
        place.dataset.tool = session.tool;
    };
    stops.push(session.on("picture", draw), session.on("open", draw), session.on("tool", draw));
    draw();
    return () => {
        for (const stop of stops) stop();
        session.leave(stage);
        root.remove();
    };
};
