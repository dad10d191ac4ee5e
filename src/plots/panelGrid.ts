/** A rectangle of a picture, in pixels. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where the panels of a picture stand. */
export interface PanelGrid {
  /** Of the whole picture. */
  readonly width: number;
  /** The rectangle about all frames. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly panels: readonly PanelSpace[];
}

export interface PanelSpace {
  readonly frame: Frame;
  /** Whether numbers stand below it, which they do where no panel follows below. */
  readonly hasXNumbers: boolean;
  /** Whether numbers stand to its left: at the first of a row, and where its axis is not that of the panel before. */
  readonly hasYNumbers: boolean;
}

const [LEFT, RIGHT, GAP] = [74, 16, 24];
/** For numbers between panels, and between rows beside their titles. */
const NUMBERS = 44;
const ROWS = 23;
/** Height of a frame for screens; for print, as a share of its width, and the least and the greatest. */
const HEIGHT = 294;
const SHAPE = { share: 0.8, least: 150, greatest: 290 };
/** Of a frame for screens, by how many stand side by side; for print none is narrower than the least. */
const screenWidth = (panels: number): number => (panels === 1 ? 478 : panels === 2 ? 350 : 266);
const NARROWEST = 160;

/**
 * For screens all panels stand side by side. In a width that is given they stand in as few rows as there is room for, all
 * frames of one size.
 * @param top where the frames of the first row begin
 * @param titles height of those between rows
 * @param width of the picture, for print
 */
export function panelGrid(
  panels: readonly { readonly yDomain?: readonly [number, number] }[],
  { top, titles = 0, width }: { readonly top: number; readonly titles?: number; readonly width?: number },
): PanelGrid {
  const count = panels.length;
  const most = width === undefined ? count : Math.floor((width - LEFT - RIGHT + GAP) / (NARROWEST + GAP));
  const rows = Math.ceil(count / Math.max(1, Math.min(count, most)));
  const columns = Math.ceil(count / rows);
  const isOther = (i: number): boolean => {
    const [own, last] = [panels[i]?.yDomain, panels[i - 1]?.yDomain];
    return String(own) !== String(last);
  };
  const hasNumbers = panels.map((_, i) => i % columns === 0 || isOther(i));
  // All frames of a column stand below each other.
  const spaces = Array.from({ length: columns }, (_, column) =>
    column === 0 ? 0 : GAP + (hasNumbers.some((has, i) => has && i % columns === column) ? NUMBERS : 0),
  );
  const between = spaces.reduce((sum, space) => sum + space, 0);
  const frameWidth = width === undefined ? screenWidth(count) : (width - LEFT - RIGHT - between) / columns;
  const frameHeight =
    width === undefined ? HEIGHT : Math.max(SHAPE.least, Math.min(SHAPE.greatest, SHAPE.share * frameWidth));
  const lefts = spaces.map(
    (_, column) => LEFT + column * frameWidth + spaces.slice(0, column + 1).reduce((a, b) => a + b, 0),
  );
  const placed = panels.map((_, i): PanelSpace => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const frameTop = top + row * (frameHeight + ROWS + titles);
    return {
      frame: {
        left: lefts[column]!,
        right: lefts[column]! + frameWidth,
        top: frameTop,
        bottom: frameTop + frameHeight,
      },
      hasXNumbers: i + columns >= count,
      hasYNumbers: hasNumbers[i]!,
    };
  });
  const right = lefts.at(-1)! + frameWidth;
  return {
    width: width ?? right + RIGHT,
    left: LEFT,
    right,
    top,
    bottom: Math.max(...placed.map(({ frame }) => frame.bottom)),
    panels: placed,
  };
}
