import type { SubjectKind } from '@app/core';
import type { Mention } from './mentions.js';

/** Mentions that are spoken of together. */
export interface MentionGroup {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly kind: SubjectKind;
  /** What is said holds for each part; of the ids of a part one is meant. */
  readonly parts: readonly (readonly string[])[];
}

const JOINED = /^(?:'s)?\s*(?:,|and|or|&|, and|as well as|\/|\+)\s*(?:the\s)?$/;
/** Two names of one thing: `Llama-3.1-8B at http://…`. */
const SAME = /^\s*(?:\(|\[|,)?\s*(?:at|on|the|engine|server|with|uuid|i\.e\.|aka|=|:|-)?\s*(?:the\s)?(?:\(|\[)?\s*$/;

function groupOf(mention: Mention): MentionGroup {
  const { start, end, text, kind, parts } = mention;
  return { start, end, text, kind, parts };
}

function narrowed(group: MentionGroup, mention: Mention): MentionGroup | null {
  const [only] = group.parts;
  const [other] = mention.parts;
  if (group.parts.length !== 1 || mention.parts.length !== 1 || only === undefined || other === undefined) return null;
  const ids = only.filter((id) => other.includes(id));
  return ids.length === 0 ? null : { ...group, end: mention.end, parts: [ids] };
}

/** Joins `GPU 0 and GPU 3` to one group, and two names of the same thing to one. */
export function groupMentions(mentions: readonly Mention[], text: string): MentionGroup[] {
  const groups: MentionGroup[] = [];
  for (const mention of mentions) {
    const last = groups.at(-1);
    const between = last === undefined ? '' : text.slice(last.end, mention.start);
    const isSameKind = last !== undefined && last.kind === mention.kind;
    const merged = isSameKind && SAME.test(between) ? narrowed(last, mention) : null;
    if (last !== undefined && merged !== null) groups[groups.length - 1] = merged;
    else if (last !== undefined && isSameKind && JOINED.test(between)) {
      groups[groups.length - 1] = {
        ...last,
        end: mention.end,
        text: `${last.text} and ${mention.text}`,
        parts: [...last.parts, ...mention.parts],
      };
    } else groups.push(groupOf(mention));
  }
  return groups;
}
