/** Text in columns of a terminal, where a Chinese character takes two. */

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

const ENDS_WIDE = new RegExp(`${WIDE.source}$`, 'u');

/** No line begins with one of these. */
const NOT_FIRST = /^[，。；：！？、）》”’,.;:!?)]/u;

/** Columns that the text takes. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** Lines of at most `columns`, broken at spaces, and between Chinese characters. What has no such place is cut. */
export function wrapText(text: string, columns: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, columns));
}

function wrapLine(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces(text)) {
    if (textWidth(line) + textWidth(piece.trimEnd()) <= columns) {
      line += piece;
      continue;
    }
    if (line !== '') lines.push(line.trimEnd());
    line = piece;
    while (textWidth(line.trimEnd()) > columns) {
      const fits = prefixWithin(line, columns);
      lines.push(fits);
      line = line.slice(fits.length);
    }
  }
  lines.push(line.trimEnd());
  return lines;
}

/** Parts that stay together: words with the space after them, single Chinese characters with what may not begin a line. */
function pieces(text: string): string[] {
  const found: string[] = [];
  let word = '';
  const end = () => {
    if (word !== '') found.push(word);
    word = '';
  };
  for (const character of text) {
    if (NOT_FIRST.test(character)) {
      word = word === '' ? `${found.pop() ?? ''}${character}` : `${word}${character}`;
    } else if (character === ' ') {
      word = word === '' ? `${found.pop() ?? ''} ` : `${word} `;
      end();
    } else if (WIDE.test(character)) {
      end();
      word = character;
    } else {
      if (ENDS_WIDE.test(word)) end();
      word += character;
    }
  }
  end();
  return found;
}

function prefixWithin(text: string, columns: number): string {
  let prefix = '';
  for (const character of text) {
    if (textWidth(prefix + character) > columns && prefix !== '') break;
    prefix += character;
  }
  return prefix;
}

/** The text, filled with spaces to `columns`. */
export function padText(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - textWidth(text)));
}
