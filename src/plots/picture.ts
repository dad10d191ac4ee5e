import { dirname, extname } from 'node:path';
import { InvalidArgumentError } from '../errors.ts';
import { makeFolder, writeWholeFile } from '../wholeFile.ts';

/** How a picture can be written, by the end of its file's name. */
const FORMATS = ['.svg', '.png', '.pdf'] as const;
/** The same as options describe it. */
export const PICTURE_FILE = 'FILE.svg, FILE.png or FILE.pdf';

/**
 * The format that a picture's file name asks for; to be called before the work whose result is drawn.
 * @param option that names the file
 * @throws InvalidArgumentError naming the three formats, for a name with another end
 */
export function pictureFormat(option: string, path: string): (typeof FORMATS)[number] {
  const end = extname(path).toLowerCase();
  const found = FORMATS.find((format) => format === end);
  if (found === undefined) throw new InvalidArgumentError(option, path, PICTURE_FILE);
  return found;
}

/**
 * Writes a picture in the format of its file's name, whole or not at all: SVG as it is, PNG with two pixels for each of
 * the SVG's, or PDF with outlines in place of fonts. Its folder is made if need be.
 * @param path ending in `.svg`, `.png` or `.pdf`
 * @param svg source without text elements, such as that of {@link panelFigure}
 * @throws InvalidArgumentError for a path with another end; UserError when the file cannot be written
 */
export async function writePicture(path: string, svg: string): Promise<void> {
  const format = pictureFormat('path', path);
  makeFolder(dirname(path));
  if (format === '.svg') writeWholeFile(path, svg);
  else if (format === '.png') writeWholeFile(path, (await import('./png.ts')).svgToPng(svg));
  else writeWholeFile(path, (await import('./pdf.ts')).svgToPdf(svg));
}
