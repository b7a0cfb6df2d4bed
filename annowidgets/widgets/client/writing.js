// Texts that somebody writes: what is typed goes to the kernel when the fingers rest, and stays in the page until then.

const REST = 300; // ms without a key

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
    /** @type {Map<string, string>} */
    const typed = new Map();
    let timer = 0;

    const tell = () => {
        clearTimeout(timer);
        for (const [name, value] of typed) {
            try {
                model.send({ name, value });
            } catch {
                return; // the kernel is gone; what was typed stays in the page, to be copied from it
            }
            typed.delete(name);
        }
    };

    const field = ({ name, label, value, rows, removable }) => {
        const place = document.createElement("div");
        place.className = "aw-written";
        const title = document.createElement("label");
        title.textContent = label;
        const area = document.createElement("textarea");
        Object.assign(area, { rows, spellcheck: true, readOnly: model.get("document").frozen, id: `aw-writing-${name}` });
        title.htmlFor = area.id;
        area.dataset.name = name;
        area.value = typed.get(name) ?? value;
        area.addEventListener("input", () => {
            typed.set(name, area.value);
            clearTimeout(timer);
            timer = setTimeout(tell, REST);
        });
        place.append(title, area);
        if (removable) {
            const button = document.createElement("button");
            Object.assign(button, { type: "button", className: "aw-plain", textContent: "✕" });
            button.setAttribute("aria-label", `Remove: ${label}`);
            button.addEventListener("click", () => {
                typed.delete(name);
                tell();
                model.send({ remove: name });
            });
            place.append(button);
        }
        return place;
    };

    let shown = null;
    const show = () => {
        const { number, fields } = model.get("document");
        if (number === shown) return; // our own words, come back
        shown = number;
        const focused = el.contains(document.activeElement) ? document.activeElement : null;
        const [name, from, to] = [focused?.dataset?.name, focused?.selectionStart, focused?.selectionEnd];
        const scrolled = [...el.querySelectorAll("textarea")].map((area) => [area.dataset.name, area.scrollTop]);
        el.replaceChildren(...fields.map(field));
        for (const [of, top] of scrolled) {
            const area = el.querySelector(`textarea[data-name="${CSS.escape(of)}"]`);
            if (area) area.scrollTop = top;
        }
        const again = name && el.querySelector(`textarea[data-name="${CSS.escape(name)}"]`);
        if (again) {
            again.focus({ preventScroll: true });
            again.setSelectionRange(from, to);
        }
    };

    // JupyterLab cancels every line break that is typed into a cell's output
    el.addEventListener("beforeinput", (event) => {
        if (event.inputType === "insertLineBreak") event.stopImmediatePropagation();
    }, true);
    // whoever presses Save has written all that is to be saved
    el.addEventListener("focusout", tell);
    model.on("change:document", show);
    show();
    return tell;
}

export default { render };
