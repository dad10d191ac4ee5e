import { aside, html, setText } from '../page/elements.ts';
import { axisNames } from '../page/symbols.ts';
import type { View } from '../page/view.ts';
import { readOwnData } from '../state/ownData.ts';
import type { State, Store } from '../state/state.ts';

/** A field for points of the reader's own, which stay in this page. */
export function ownDataField(box: HTMLElement, store: Store): View {
  const text = html('textarea', {
    id: 'own-data',
    rows: 5,
    spellcheck: false,
    placeholder: '0.5, 0.92, 0.03',
  });
  const status = html('p', { id: 'own-status', className: 'own-status' });
  status.setAttribute('role', 'status');
  const draw = html('button', { type: 'button', id: 'own-draw' }, 'Draw');
  const clear = html('button', { type: 'button', id: 'own-clear' }, 'Remove');
  text.setAttribute('aria-describedby', status.id);
  const label = html('label', { htmlFor: text.id });
  box.append(
    label,
    text,
    html('p', {}, draw, ' ', clear),
    status,
    aside(
      'Drawn as crosses over the curves, a bar being one error each way. They stay in this page: no link holds them.',
    ),
  );
  draw.addEventListener('click', () => {
    const { points, complaints } = readOwnData(text.value);
    text.setAttribute('aria-invalid', String(complaints.length > 0));
    if (complaints.length > 0) status.textContent = complaints.join('\n');
    else if (points.length === 0) status.textContent = 'there is no point in it';
    else {
      store.change({ own: { axis: store.state.axis, points } });
    }
  });
  clear.addEventListener('click', () => {
    text.value = '';
    store.change({ own: null });
  });
  let shown: State['own'] = null;
  return {
    draw({ own, axis }) {
      setText(label, `${axisNames[axis]}, value and, if you like, its error: one point a line`);
      clear.hidden = own === null;
      if (own === null) {
        if (shown !== null) status.textContent = '';
      } else {
        const count = `${own.points.length} point${own.points.length === 1 ? '' : 's'}`;
        const message =
          own.axis === axis
            ? `${count} drawn`
            : `${count} against ${axisNames[own.axis]}, not drawn along ${axisNames[axis]}`;
        if (status.textContent !== message && (own !== shown || text.ariaInvalid !== 'true'))
          status.textContent = message;
      }
      shown = own;
    },
  };
}
