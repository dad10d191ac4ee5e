import type { CurveView } from '../draw/curveView.ts';
import type { Settings } from '../state/parameters.ts';
import type { Store } from '../state/state.ts';
import { axisNamed } from '../theory/curve.ts';
import { atRest } from './atRest.ts';
import { curveCommand, pointCommand, surfaceCommand } from './command.ts';
import type { CurveFigure } from './curveFigure.ts';
import { byId, html } from './elements.ts';
import { curveKey, type ExportNotes, MADE_BY, mapKey, settingsText } from './exportNotes.ts';
import type { MapFigure } from './mapFigure.ts';
import { download, pngFile, svgFile, type Underlay } from './pictures.ts';
import { curveCsv, fillCurveTable, mapCsv } from './tables.ts';
import { resolvedTheme } from './theme.ts';
import type { View } from './view.ts';
import { wordsFor } from './words.ts';

const PNG_DENSITY = 3;

/** What a table says about itself, in lines that begin with `#`. */
const remarks = ({ title, settings, commands }: ExportNotes): string =>
  [title, settings, ...commands, `made by ${MADE_BY}`].map((line) => `# ${line}\n`).join('');

/** Downloads beneath the figures, the equivalent commands, and the table. */
export function takeAway(store: Store, curves: CurveFigure, map: MapFigure): View {
  const pictures = (
    name: string,
    plot: SVGSVGElement,
    notes: () => ExportNotes,
    under?: () => Underlay,
  ): HTMLElement[] => {
    const file = (): Promise<string> =>
      svgFile(plot, getComputedStyle(document.body).backgroundColor, notes(), under?.());
    return [
      exportButton('SVG', name, async () => download(`${name}.svg`, await file(), 'image/svg+xml')),
      exportButton('PNG', name, async () =>
        download(`${name}.png`, await pngFile(await file(), PNG_DENSITY), 'image/png'),
      ),
    ];
  };
  const curveNotes = (view: CurveView): ExportNotes => {
    const { settings, axis, pinned } = view;
    const commandOf = (of: Settings): string => curveCommand(of, axis) ?? pointCommand(of);
    const command = commandOf(settings);
    return {
      title: `${wordsFor(settings).one} along ${axis.name}`,
      key: curveKey(view),
      settings: settingsText(command),
      commands: [command, ...pinned.map((pin) => `${pin.name}: ${commandOf(pin.settings)}`)],
    };
  };
  const mapNotes = (): ExportNotes => {
    const { settings, mapOf, theme } = store.state;
    const command = surfaceCommand(settings);
    const title = `${wordsFor(settings)[mapOf]} over width and radius`;
    return {
      title,
      key: mapKey(settings, map.lines, resolvedTheme(theme)),
      settings: settingsText(command),
      commands: [command],
    };
  };
  byId('curve-exports').append(
    ...pictures('risk-curves', curves.svg, () => curveNotes(curves.view!)),
    exportButton('CSV', 'risk-curves', () =>
      download('risk-curves.csv', remarks(curveNotes(curves.view!)) + curveCsv(curves.view!), 'text/csv'),
    ),
  );
  byId('map-exports').append(
    ...pictures('phase-map', map.svg, mapNotes, () => map.underlay()),
    exportButton('CSV', 'phase-map', () => {
      if (map.grid)
        download('phase-map.csv', remarks(mapNotes()) + mapCsv(map.grid, store.state.mapOf), 'text/csv');
    }),
  );
  for (const button of document.querySelectorAll<HTMLElement>('[data-copies]'))
    button.addEventListener('click', () => copy(textIn(byId(button.dataset.copies!)), button));
  byId('copy-link').addEventListener('click', () => copy(window.location.href, byId('copy-link')));

  const details = byId<HTMLDetailsElement>('table-details');
  const table = byId<HTMLTableElement>('curve-table');
  const fill = (): void => {
    if (details.open) fillCurveTable(table, curves.view!);
  };
  details.addEventListener('toggle', fill);
  const fillLater = atRest(fill, table);
  return {
    draw({ settings, axis }) {
      showCommand('point-command', pointCommand(settings));
      const command = curveCommand(settings, axisNamed(axis));
      byId('curve-command-row').hidden = command === undefined;
      showCommand('curve-command', command ?? '');
      fillLater();
    },
  };
}

/** A command, its lines broken between options only. */
function showCommand(id: string, command: string): void {
  const place = byId(id);
  if (place.textContent === command) return;
  const parts = command.split(/ (?=--)/).map((part) => html('span', {}, part));
  place.replaceChildren(...parts.flatMap((part, i) => (i === 0 ? [part] : [' ', part])));
}

const textIn = (element: HTMLElement): string =>
  element instanceof HTMLTextAreaElement ? element.value : element.textContent;

function exportButton(kind: string, of: string, save: () => void | Promise<void>): HTMLButtonElement {
  const button = html('button', { type: 'button', className: 'quiet' }, kind);
  button.setAttribute('aria-label', `${kind} of the ${of.replace('-', ' ')}`);
  button.addEventListener('click', () => void save());
  return button;
}

async function copy(text: string, button: HTMLElement): Promise<void> {
  const before = button.dataset.text ?? button.textContent ?? '';
  button.dataset.text = before;
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Pages that are not served securely may not write to the clipboard.
    done = false;
  }
  button.textContent = done ? 'Copied' : 'Not allowed';
  byId('copied').textContent = done ? 'copied' : 'copying is not allowed here';
  setTimeout(() => {
    button.textContent = before;
  }, 1500);
}
