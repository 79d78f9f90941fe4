import type { Finding, InsightRequest } from '@app/core';
import { confirmedFindings } from './confirmed-findings.js';
import { actionLine } from './pack/action-lines.js';
import { actionsAt, type Detail, findingLines, type LineContext, subjectLine } from './pack/finding-lines.js';
import { type Costs, fitFindings } from './pack/fit-findings.js';
import { omissionsOf } from './pack/omissions.js';
import { OutsideText } from './pack/outside-text.js';
import { Pseudonyms } from './pack/pseudonyms.js';
import { namesOf } from './pack/request-names.js';
import type { PromptNames } from './pack/restore-draft.js';
import { ShortIds } from './pack/short-ids.js';
import { situationLines } from './pack/situation-lines.js';
import { estimateTokens } from './pack/token-estimate.js';
import { MOST_TRACK_RECORDS, trackRecordLines } from './pack/track-record-lines.js';

/** More than a prompt can tell, so that the rest may be counted without reading it. */
const MOST_FINDINGS = 60;
/** For the line that says what is left out. */
const OMISSION_TOKENS = 70;
/** For a line about what became of an action before. */
const TRACK_RECORD_TOKENS = 45;
const ACTIONS_TITLE = 'actions:';

/** Everything that a model is told about the machine, and how to read what it answers. */
export interface EvidencePack {
  readonly text: string;
  /** What was left out for want of room, in sentences; the text says it too. */
  readonly omitted: readonly string[];
  readonly names: PromptNames;
}

type Told = readonly (readonly [Finding, Detail])[];

class Packing {
  private readonly pseudonyms: Pseudonyms;
  private readonly outside: OutsideText;
  private readonly ranked: readonly Finding[];
  /** The details of a finding share most of their lines. */
  private readonly lineTokens: Map<string, number> = new Map();

  constructor(
    private readonly request: InsightRequest,
    private readonly confirmed: readonly Finding[],
  ) {
    this.ranked = confirmed.slice(0, MOST_FINDINGS);
    this.pseudonyms = new Pseudonyms(namesOf(request, this.ranked));
    this.outside = new OutsideText(this.pseudonyms);
  }

  pack(budget: number): EvidencePack {
    const situation = situationLines(this.request, this.confirmed, this.outside);
    const records = Math.min(this.request.trackRecords?.length ?? 0, MOST_TRACK_RECORDS) * TRACK_RECORD_TOKENS;
    const left = budget - this.tokensOf([...situation, ACTIONS_TITLE]) - OMISSION_TOKENS - records;
    const details = fitFindings(this.ranked, this.costs(), left);
    const told: Told = this.confirmed.map((finding, rank) => [finding, details[rank] ?? 0]);
    const omitted = omissionsOf(told);
    const context = this.context((id) => told.some(([finding, detail]) => finding.id === id && detail > 0));
    for (const [{ id }, detail] of told) if (detail > 0) context.findings.short(id);
    const lines = [
      ...situation,
      ...(omitted.length > 0 ? [`left out: ${omitted.join(' ')}`] : []),
      ...this.findings(told, context),
      ...this.actions(told),
    ];
    const { findings, evidence } = context;
    return { text: lines.join('\n'), omitted, names: { pseudonyms: this.pseudonyms, findings, evidence } };
  }

  private context(isTold: (id: string) => boolean): LineContext {
    return { outside: this.outside, findings: new ShortIds('f'), evidence: new ShortIds('e'), isTold };
  }

  /** Counted with ids of their own: the real ones follow the order of the text. */
  private costs(): Costs {
    const ranks = new Set(this.ranked.map(({ id }) => id));
    const context = this.context((id) => ranks.has(id));
    return {
      finding: (finding, detail) => this.tokensOf(findingLines(finding, detail, context)),
      subject: (finding) => this.tokensOf([subjectLine(finding, this.outside)]),
      action: (type) => this.tokensOf(this.actionLines([type])),
    };
  }

  private tokensOf(lines: readonly string[]): number {
    return lines.reduce((sum, line) => {
      const tokens = this.lineTokens.get(line) ?? estimateTokens(`${line}\n`);
      this.lineTokens.set(line, tokens);
      return sum + tokens;
    }, 0);
  }

  /** A device is named once, above its findings, where its weightiest stands. */
  private findings(told: Told, context: LineContext): string[] {
    const bySubject = new Map<string, string[]>();
    for (const [finding, detail] of told) {
      if (detail === 0) continue;
      const { kind, id } = finding.subject;
      const lines = bySubject.get(`${kind} ${id}`) ?? [subjectLine(finding, this.outside)];
      bySubject.set(`${kind} ${id}`, [...lines, ...findingLines(finding, detail, context)]);
    }
    return [...bySubject.values()].flat();
  }

  private actions(told: Told): string[] {
    const types = new Set(told.flatMap(([finding, detail]) => actionsAt(finding, detail).map(({ type }) => type)));
    const lines = this.actionLines([...types]);
    return lines.length > 0 ? [ACTIONS_TITLE, ...lines, ...this.records(types, told)] : [];
  }

  /** Of what is told only. */
  private records(types: ReadonlySet<string>, told: Told): string[] {
    const rules = new Set(told.filter(([, detail]) => detail > 0).map(([{ ruleId }]) => ruleId));
    return trackRecordLines(
      (this.request.trackRecords ?? []).filter(({ type, ruleId }) => types.has(type) && rules.has(ruleId)),
    );
  }

  private actionLines(types: readonly string[]): string[] {
    return this.request.candidateActions
      .filter(({ type }) => types.includes(type))
      .map((action) => actionLine(action, false));
  }
}

/**
 * The evidence of a request in at most `budget` tokens by the estimate, shortened by rank where it would be more. The
 * same request gives the same text.
 */
export function evidencePack(request: InsightRequest, budget: number): EvidencePack {
  return new Packing(request, confirmedFindings(request.analysis)).pack(budget);
}
