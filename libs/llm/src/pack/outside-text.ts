import { withoutSecrets } from '@app/core';
import { leadingSentences, shortened, visibleLine, withoutFence } from './clean-text.js';
import type { Pseudonyms } from './pseudonyms.js';

/** Makes text of others fit to be shown to a model: one visible line without secrets, names or a way out of its quotes. */
export class OutsideText {
  /** The same labels and summaries are asked for again at every length that is tried. */
  private readonly made: Map<string, string> = new Map();

  constructor(private readonly pseudonyms: Pseudonyms) {}

  /** Quoted and cut at a word. */
  quoted(text: string, longest: number): string {
    return `"${shortened(this.safe(text), longest)}"`;
  }

  /** Quoted whole sentences, as far as they fit. */
  sentences(text: string, longest: number): string {
    return `"${leadingSentences(this.safe(text), longest)}"`;
  }

  /** For what stands without quotes, such as the value of a parameter. */
  plain(text: string, longest: number): string {
    return shortened(this.safe(text), longest);
  }

  private safe(text: string): string {
    const made = this.made.get(text) ?? withoutFence(this.pseudonyms.hide(withoutSecrets(visibleLine(text))));
    this.made.set(text, made);
    return made;
  }
}
