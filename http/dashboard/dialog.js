// Questions that must be answered first, and words that pass.
import { h, show } from './dom.js';

let last = 0;

/** Shows what was done, for a while, and reads it out. */
export function notice(text, kind = 'good') {
  const place = document.getElementById('notices');
  const one = h('p', { class: `notice notice-${kind}` }, text);
  place.append(one);
  setTimeout(() => one.remove(), 6000);
}

/** A field with its label: {node, input}. */
export function labelled(label, input, about) {
  input.id ||= `field-${++last}`;
  const note = about && h('p', { class: 'about', id: `${input.id}-about` }, about);
  if (note) input.setAttribute('aria-describedby', note.id);
  return h('div', { class: 'field' }, h('label', { for: input.id }, label), input, note);
}

/**
 * A dialog: what will happen and what it risks, fields, and a button that does it. `act` is called
 * with what may change the dialog, and throws why it can't be done, which is shown. Ends with what
 * `act` gave, or undefined where it was left.
 */
export function dialog({ title, about = [], content = [], act, label, danger = false, refused }) {
  return new Promise(done => {
    const problem = h('div', { class: 'dialog-problem', role: 'alert' });
    const go = h(
      'button',
      { class: danger ? 'button danger' : 'button primary', type: 'submit' },
      label,
    );
    let result;
    const form = h(
      'form',
      { class: 'dialog-form', novalidate: true, onsubmit: submit },
      h('h2', { id: 'dialog-title' }, title),
      about.map(text => (typeof text === 'string' ? h('p', {}, text) : text)),
      content,
      problem,
      h(
        'div',
        { class: 'dialog-buttons' },
        h(
          'button',
          { class: 'button', type: 'button', onclick: () => box.close() },
          act ? 'Cancel' : 'Close',
        ),
        act && go,
      ),
    );
    const box = h(
      'dialog',
      { 'aria-labelledby': 'dialog-title', onclose: () => (box.remove(), done(result)) },
      form,
    );
    async function submit(event) {
      event.preventDefault();
      if (!act || go.disabled) return;
      go.disabled = true;
      show(problem);
      try {
        result = (await act()) ?? true;
        box.close();
      } catch (why) {
        show(problem, h('p', {}, why.message), refused?.(why));
      } finally {
        go.disabled = false;
      }
    }
    document.body.append(box);
    box.showModal();
    (
      form.querySelector('input,select,textarea') ??
      (danger ? form.querySelector('.dialog-buttons button') : go)
    ).focus();
  });
}
