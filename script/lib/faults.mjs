// Makes docs/faults.md of the figures that the browser tests have noted, a JSON object a line.
//
//   node faults.mjs FIGURES PAGE
import { readFileSync, writeFileSync } from 'node:fs';

const [figures, page] = process.argv.slice(2);
const noted = readFileSync(figures, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
const of = (what) => noted.filter((figure) => figure.what === what);
const seconds = (milliseconds) =>
  typeof milliseconds === 'number' ? `${(milliseconds / 1000).toFixed(1)} s` : milliseconds;

function table(columns, rows) {
  if (rows.length === 0) {
    return ['Nothing was measured.'];
  }
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(columns), `|${'---|'.repeat(columns.length)}`, ...rows.map(line)];
}

const text = [
  '# What calls survive',
  '',
  'Two Chromiums with a fake camera and microphone talk to each other by way of a real TURN server (coturn), and nothing else. Before it stands a',
  'proxy that does to packets what networks do (`end2end/fixtures/faults.ts`). What was seen and heard is taken from what the browsers decoded, on the',
  'side where it was worse. `script/faults` measures all of it anew and writes this page.',
  '',
  '## Lines that are bad all the time',
  '',
  'Loss is of what one sends and the other should receive. Rates are of each direction.',
  '',
  ...table(
    ['the line', 'picture moved', 'sound', 'frames a second', 'width of the picture', 'sound made up'],
    of('line').map(({ line, seconds: of, moving, sounding, framesPerSecond, width, madeUp }) => [
      line,
      `${moving} of ${of} s`,
      `${sounding} of ${of} s`,
      framesPerSecond,
      `${width} px`,
      `${madeUp} %`,
    ]),
  ),
  '',
  '## Lines that break',
  '',
  ...table(
    ['what happened', 'said after', 'both see and hear each other again'],
    of('gap').map(({ line, told, took }) => [
      line,
      seconds(told),
      line.startsWith('nothing') ? `${seconds(took)} after its end` : `after ${seconds(took)}`,
    ]),
  ),
  '',
  '## Many calls',
  '',
  'From "Call" until both had seen and heard each other for a moment, the same two tabs throughout; after each call no connection was left open.',
  '',
  ...table(
    ['', 'median', 'slowest'],
    of('calls').map(({ line, median, slowest }) => [line, seconds(median), seconds(slowest)]),
  ),
  '',
];
writeFileSync(page, text.join('\n'));
