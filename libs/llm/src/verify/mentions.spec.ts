import { describe, expect, it } from '@jest/globals';
import { MentionReader } from './mentions.js';
import type { NamedSubject } from './subjects.js';

const GPUS = [0, 1, 2, 3].map((index): NamedSubject => ({
  id: `uuid-${index}`,
  kind: 'gpu',
  indices: [index],
  names: [`uuid-${index}`, 'h100'],
}));
const ENGINES = [8000, 8001].map((port, index): NamedSubject => ({
  id: `http://127.0.0.1:${port}`,
  kind: 'engine',
  indices: [index],
  names: [`http://127.0.0.1:${port}`, `:${port}`, 'llama-3.1-8b'],
}));
const reader = new MentionReader([...GPUS, ...ENGINES]);

function partsOf(sentence: string): (readonly (readonly string[])[])[] {
  return reader.read(sentence).mentions.map(({ parts }) => parts);
}

describe('MentionReader', () => {
  it.each([
    'gpu 3 is hot',
    'gpu3 is hot',
    'gpu #3 is hot',
    'gpu-3 is hot',
    'gpu three is hot',
    'gpu iii is hot',
    'cuda:3 is hot',
    'device 3 is hot',
    'the fourth gpu is hot',
    'the 4th gpu is hot',
    'uuid-3 is hot',
  ])('reads which one is meant: %s', (sentence) => {
    expect(partsOf(sentence)).toEqual([[['uuid-3']]]);
  });

  it.each([
    ['gpus 0 and 3 are hot', ['uuid-0', 'uuid-3']],
    ['gpus 0, 1 and 3 are hot', ['uuid-0', 'uuid-1', 'uuid-3']],
    ['gpus 1-3 are hot', ['uuid-1', 'uuid-2', 'uuid-3']],
    ['gpus 1 to 3 are hot', ['uuid-1', 'uuid-2', 'uuid-3']],
    ['all gpus are hot', ['uuid-0', 'uuid-1', 'uuid-2', 'uuid-3']],
    ['every gpu is hot', ['uuid-0', 'uuid-1', 'uuid-2', 'uuid-3']],
    ['both engines queue', ['http://127.0.0.1:8000', 'http://127.0.0.1:8001']],
  ])('takes each for meant: %s', (sentence, ids) => {
    expect(partsOf(sentence)).toEqual([ids.map((id) => [id])]);
  });

  it('takes one of those that share a name for meant', () => {
    expect(partsOf('llama-3.1-8b queues requests')).toEqual([[ENGINES.map(({ id }) => id)]]);
  });

  it.each(['gpu 7 is hot', 'gpu twelve is hot', 'cuda:9 is hot', 'the ninth gpu is hot', 'gpus 3 and 4 are hot'])(
    'finds nothing that is meant by: %s',
    (sentence) => {
      expect(partsOf(sentence).some((parts) => parts.length === 0 || parts.some((ids) => ids.length === 0))).toBe(true);
    },
  );

  it.each(['the gpu 450 w', 'gpu 97 % busy', 'the gpu is 3 °c short', 'the engine 64 requests'])(
    'takes a reading for no name: %s',
    (sentence) => {
      expect(partsOf(sentence)).toEqual([]);
    },
  );

  it('keeps the length of what it takes out', () => {
    const { rest } = reader.read('on gpu 3 and http://127.0.0.1:8000 it is 92 °c');
    expect(rest).toBe(
      'on \u00b7\u00b7\u00b7\u00b7\u00b7 and \u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7 it is 92 °c',
    );
  });
});
