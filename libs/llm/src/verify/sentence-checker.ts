import type { InsightRequest } from '@app/core';
import { Facts } from './facts.js';
import { KnownNames } from './known-names.js';
import { numberClaims } from './number-claims.js';
import { sentencesOf } from './sentences.js';

/** Command lines never come from a model. */
const COMMAND =
  /\b(?:sudo|rm\s+-|kubectl\s|curl\s|wget\s|systemctl\s|bash\s|nvidia-smi\s+-|docker\s+(?:run|exec|rm)|chmod\s)|\$\(|&&|\|\s*sh\b/i;
/** Nothing has been done or allowed when insights are written. */
const DONE = /\b(?:has been|have been|was|were|is|are) (?:already )?(?:approved|executed|applied for you)\b/i;

/** Says what is wrong with a sentence, against the numbers and names of one analysis. */
export class SentenceChecker {
  private readonly facts: Facts;
  private readonly names: KnownNames;
  /** Sentences that the analysis or the catalogue wrote; repeating them is fine. */
  private readonly trusted: ReadonlySet<string>;

  constructor(request: InsightRequest) {
    this.facts = new Facts(request);
    this.names = new KnownNames(request);
    const texts = [
      ...request.analysis.findings
        .filter(({ state }) => state === 'confirmed')
        .flatMap(({ title, summary }) => [title, summary]),
      ...request.candidateActions.flatMap(({ title, description, preconditions }) => [
        title,
        description,
        ...preconditions,
      ]),
    ];
    this.trusted = new Set(texts.flatMap(sentencesOf));
  }

  /** Null when every number and name of the sentence is known. */
  problemOf(sentence: string): string | null {
    if (this.trusted.has(sentence)) return null;
    if (COMMAND.test(sentence)) return 'It contains a command line.';
    if (DONE.test(sentence)) return 'It says that something was approved or done, which insights can not know.';
    const { unknown, rest } = this.names.check(sentence);
    if (unknown[0] !== undefined) return `It names ${unknown[0]}, which is not in the analysis.`;
    const wrong = numberClaims(rest).find(
      (claim) => !this.facts.holds(claim) && !this.names.knowsNumbered(claim.before, claim.text),
    );
    return wrong ? `The number ${wrong.text} is not a value or threshold of the analysis.` : null;
  }

  knowsName(name: string): boolean {
    return this.names.knows(name);
  }
}
