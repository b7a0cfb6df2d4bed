// A slider that has no value until somebody touches it.

let number = 0;

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
    const id = `aw-sure-${(number += 1)}`;
    el.classList.add("aw-sure");
    el.innerHTML = `<h3><label for="${id}"></label></h3><input type="range" id="${id}" min="0" max="100" step="5">
        <div class="aw-sure-ends aw-mute" aria-hidden="true"><span>guess</span><output></output><span>certain</span></div>`;
    const [label, input, output] = ["label", "input", "output"].map((name) => el.querySelector(name));
    input.dataset.chord = model.get("chord");
    let touched = false;

    /** @param {boolean} set */
    const paint = (set) => {
        el.classList.toggle("aw-unset", !set);
        input.style.setProperty("--aw-at", set ? `${input.value}%` : "0%");
        const said = set ? `${input.value} %` : "not set";
        output.textContent = said;
        input.setAttribute("aria-valuetext", said);
    };
    const show = () => {
        label.textContent = model.get("question");
        if (model.get("required")) label.insertAdjacentHTML("beforeend", ' <span class="aw-bad" title="required">*</span>');
        const value = model.get("value");
        touched = value !== null;
        input.value = touched ? String(Math.round(value * 100)) : "50";
        input.setAttribute("aria-required", String(model.get("required")));
        paint(touched);
    };
    // Messages may overtake each other while the front end changes the road that it sends them by; the last one counts.
    const page = String(Math.random());
    let count = 0;
    // The kernel repeats what it hears, and may be slower than the hand: that must not push the slider back.
    let told = [];
    const tell = () => {
        touched = true;
        paint(true);
        told.push(Number(input.value));
        model.send({ percent: Number(input.value), page, number: (count += 1) });
    };
    const obey = () => {
        const value = model.get("value");
        const heard = value === null ? -1 : told.indexOf(Math.round(value * 100));
        told = told.slice(heard + 1);
        if (heard >= 0) return;
        told = [];
        show();
    };

    input.addEventListener("input", () => paint(true));
    input.addEventListener("change", tell);
    // The middle can be meant as well: a browser reports no change where the value was 50 before the first touch.
    input.addEventListener("pointerup", () => !touched && tell());
    input.addEventListener("keydown", (event) => {
        if (!touched && ["Enter", " "].includes(event.key)) {
            event.preventDefault();
            tell();
        }
    });
    model.on("change:value", obey);
    for (const name of ["required", "question"]) model.on(`change:${name}`, show);
    show();
}

export default { render };
