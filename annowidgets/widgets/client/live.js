// Shows markup that the kernel rendered, and tells the kernel what is done to elements with data-act.

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

const FIELDS = "input, textarea, select";
const RELEASES = ["pointerup", "pointercancel", "keyup"];

/** What an element is called across renderings. @param {Element} element */
const nameOf = (element) => {
    const owner = element.closest("[data-act]");
    const id = [owner?.dataset.act, owner?.dataset.key, element.getAttribute("name"), element.dataset.key];
    // the options of a radio group share everything but their value
    if (element.matches("[type=radio], [type=checkbox]")) id.push(element.getAttribute("value"));
    return JSON.stringify(id);
};

/** @param {Field} field */
const valueOf = (field) => (field.type === "checkbox" ? field.checked : field.value);

/** @param {Field} field */
const isTyped = (field) =>
    field.matches("select")
        ? [...field.options].some((option) => option.selected !== option.defaultSelected)
        : field.matches("textarea, input:not([type=radio], [type=checkbox], [type=range])") &&
          field.value !== field.defaultValue;

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
    /** @type {Map<string, {url: string, data: DataView}>} */
    const urls = new Map();

    // what is not there yet is asked for when somebody is about to see it, in the theme that the page wears
    const seen = new IntersectionObserver(
        (entries) => {
            for (const { isIntersecting, target } of entries) {
                if (!isIntersecting) continue;
                seen.unobserve(target);
                if (!model.get("images")[target.dataset.image]) model.send({ picture: target.dataset.image });
            }
        },
        { rootMargin: "200px" },
    );

    const showImages = () => {
        const images = model.get("images");
        for (const image of el.querySelectorAll("img[data-image]")) {
            const name = image.dataset.image;
            const data = images[name];
            if (!data) {
                seen.observe(image);
                if (urls.has(name)) image.src = urls.get(name).url; // the one before, until the new one is there
                continue;
            }
            if (urls.get(name)?.data !== data) {
                if (urls.has(name)) URL.revokeObjectURL(urls.get(name).url);
                urls.set(name, { url: URL.createObjectURL(new Blob([data])), data });
            }
            image.src = urls.get(name).url;
        }
    };

    // A button that is replaced between its press and its release hears no click: what is new waits for the release.
    let isPressed = false;
    let isLate = false;
    const press = ({ type, key }) => (isPressed ||= type === "pointerdown" || key === " ");
    const release = () => setTimeout(() => {
        isPressed = false;
        if (isLate) show();
    }); // after the click, which comes next

    const show = () => {
        if ((isLate = isPressed)) return;
        const focused = el.contains(document.activeElement) ? nameOf(document.activeElement) : null;
        const { selectionStart: from = null, selectionEnd: to } = document.activeElement; // the caret
        const typed = new Map([...el.querySelectorAll(FIELDS)].filter(isTyped).map((f) => [nameOf(f), f.value]));
        const opened = new Set([...el.querySelectorAll("details[open][data-key]")].map((d) => d.dataset.key));
        const scrolled = new Map(
            [...el.querySelectorAll("[data-scroll]")].map((e) => [e.dataset.scroll, [e.scrollTop, e.scrollLeft]]),
        );

        seen.disconnect();
        el.innerHTML = model.get("html");
        showImages();
        for (const details of el.querySelectorAll("details[data-key]")) {
            if (opened.has(details.dataset.key)) details.open = true;
        }
        for (const field of el.querySelectorAll(FIELDS)) {
            if (typed.has(nameOf(field))) field.value = typed.get(nameOf(field));
        }
        for (const element of el.querySelectorAll("[data-scroll]")) {
            [element.scrollTop, element.scrollLeft] = scrolled.get(element.dataset.scroll) ?? [0, 0];
        }
        // whoever works at the foot of a tall screen must see why something was refused
        const screen = el.closest(".aw-screen");
        if (screen?.contains(document.activeElement)) el.querySelector("[role=alert]")?.scrollIntoView({ block: "nearest" });
        if (focused !== null) {
            const focusable = [...el.querySelectorAll("button, a, summary, " + FIELDS)];
            const again = focusable.find((element) => nameOf(element) === focused && !element.disabled);
            again?.focus();
            if (from !== null) again?.setSelectionRange?.(from, to);
        }
    };

    /** @param {HTMLElement} element @param {unknown} value */
    const tell = (element, value) =>
        model.send({ act: element.dataset.act, key: element.dataset.key ?? "", value });

    el.addEventListener("click", (event) => {
        const button = event.target.closest("button[data-act]");
        if (button && el.contains(button)) tell(button, null);
        const closer = event.target.closest("button[data-close]");
        if (closer) closer.closest("details").open = false;
    });
    el.addEventListener("change", (event) => {
        const field = event.target;
        if (!field.matches(FIELDS) || !field.dataset.act) return;
        tell(field, valueOf(field));
        // from here on it shows what the kernel makes of it, as after an undo, until something else is typed
        if (isTyped(field) && !field.matches("select")) field.defaultValue = field.value;
    });
    el.addEventListener("submit", (event) => {
        event.preventDefault();
        if (!event.target.dataset.act) return;
        const fields = [...event.target.elements].filter((field) => field.name);
        tell(event.target, Object.fromEntries(
            fields.filter((f) => f.type !== "radio" || f.checked).map((f) => [f.name, valueOf(f)]),
        ));
    });
    // JupyterLab cancels every line break that is typed into a cell's output, and with it the sending of forms by Enter;
    // and what takes back what is typed in a field
    el.addEventListener("beforeinput", (event) => {
        if (/^(insertLineBreak|historyUndo|historyRedo)$/.test(event.inputType)) event.stopImmediatePropagation();
    }, true);
    // an inline form is for writing: opening it puts the caret there, Ctrl+Enter sends it, Escape closes it
    el.addEventListener("toggle", (event) => {
        if (event.target.open) (event.target.querySelector("textarea") ?? event.target.querySelector("input, select"))?.focus();
    }, true);
    el.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("form[data-act] textarea")) {
            event.preventDefault();
            event.target.form.requestSubmit();
            return;
        }
        const details = event.target.closest("details.aw-inline[open]");
        if (event.key !== "Escape" || !details) return;
        event.stopPropagation();
        details.open = false;
        details.querySelector("summary").focus();
    });

    for (const start of ["pointerdown", "keydown"]) el.addEventListener(start, press);
    for (const end of RELEASES) document.addEventListener(end, release, true);
    model.on("change:html", show);
    model.on("change:images", showImages);
    show();
    return () => {
        seen.disconnect();
        for (const end of RELEASES) document.removeEventListener(end, release, true);
        urls.forEach(({ url }) => URL.revokeObjectURL(url));
    };
}

export default { render };
