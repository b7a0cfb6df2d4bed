// Sliders whose newest value is sent as soon as the one before was answered.

let made = 0;

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
    const id = `aw-slider-${(made += 1)}`;
    let number = 0;
    // the same sliders can be shown twice, and each hears the answers to both
    const view = Math.random().toString(36).slice(2);
    /** @type {string | null} what is not answered yet */
    let asked = null;
    /** @type {Map<string, number>} what was moved meanwhile */
    const waiting = new Map();
    el.classList.add("aw-sliders");

    const tell = () => {
        if (asked !== null || !waiting.size) return;
        const [[name, value]] = waiting;
        waiting.delete(name);
        asked = `${view} ${(number += 1)}`;
        model.send({ name, value, number: asked, generation: model.get("generation") });
    };

    /** @param {HTMLInputElement} input @param {HTMLElement} output */
    const paint = (input, output) => {
        const share = (Number(input.value) - Number(input.min)) / (Number(input.max) - Number(input.min));
        input.style.setProperty("--aw-at", `${100 * share}%`);
        output.textContent = Number(input.value).toFixed(2);
    };

    const show = () => {
        const focused = el.contains(document.activeElement) ? document.activeElement.name : null;
        waiting.clear();
        asked = null;
        el.replaceChildren();
        model.get("sliders").forEach((slider, place) => {
            const row = document.createElement("div");
            row.innerHTML = `<label for="${id}-${place}"></label><output for="${id}-${place}"></output>
                <input type="range" id="${id}-${place}"><div class="aw-mute"></div>`;
            const [label, output, input, hint] = row.children;
            label.textContent = slider.label;
            hint.textContent = slider.hint;
            Object.assign(input, { name: slider.name, min: slider.low, max: slider.high, step: slider.step });
            input.value = slider.value;
            input.disabled = !model.get("enabled");
            input.addEventListener("input", () => {
                paint(input, output);
                waiting.set(slider.name, Number(input.value));
                tell();
            });
            paint(input, output);
            el.append(row);
            if (slider.name === focused) input.focus();
        });
    };

    model.on("msg:custom", (message) => {
        if (message.heard !== asked) return;
        asked = null;
        tell();
    });
    model.on("change:generation", show);
    show();
}

export default { render };
