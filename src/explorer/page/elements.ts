/** The page's element of that id. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as T;
}

/** An HTML element with properties and children. */
export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** A remark in small type. */
export const aside = (...content: readonly (Node | string)[]): HTMLParagraphElement =>
  html('p', { className: 'aside' }, ...content);

/** Sets what an element says; a text that stays costs the browser nothing. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A table that may be wider than a phone: then it scrolls, by keyboard too. */
export const wideTable = (ariaLabel: string, table: HTMLTableElement): HTMLDivElement =>
  html('div', { className: 'wide-table', tabIndex: 0, role: 'region', ariaLabel }, table);

/** Fills a table: a heading for each column, and the cells below it row by row. */
export function fillTable<T extends HTMLTableElement>(
  table: T,
  headings: readonly (Node | string)[],
  rows: readonly (readonly string[])[],
): T {
  const head = html('tr', {}, ...headings.map((heading) => html('th', { scope: 'col' }, heading)));
  const body = rows.map((cells) => html('tr', {}, ...cells.map((text) => html('td', {}, text))));
  table.replaceChildren(html('thead', {}, head), html('tbody', {}, ...body));
  return table;
}
