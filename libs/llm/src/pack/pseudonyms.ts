import { createHash } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { KIND_OF_FORM, knownNames, type NameKind, TOLD_BY_FORM } from './name-patterns.js';

/** Names that are known before any text is read, all of one target. */
export interface KnownNames {
  /** Pseudonyms are derived from it: a name has the same one in every run of a target, another on other targets. */
  readonly target: string;
  readonly hosts: readonly string[];
  readonly users: readonly string[];
  /** What GPUs are called by their UUID and bus id; the name is sent instead and needs no way back. */
  readonly gpus: ReadonlyMap<string, string>;
}

/** Four digits keep a name apart from some 65 000 others and an IPv4 address as ambiguous as that. */
const DIGITS = 4;

/** Replaces host names, addresses, users and ids by stable pseudonyms, and puts them back. */
export class Pseudonyms {
  private readonly knownPattern: RegExp;
  private readonly nameOf: Map<string, string> = new Map();
  private readonly pseudonymOf: Map<string, string> = new Map();

  constructor(private readonly known: KnownNames) {
    this.knownPattern = knownNames(known);
  }

  /** What is replaced is not looked at again: a pseudonym must not be taken for a name. */
  hide(text: string): string {
    let hidden = '';
    let end = 0;
    for (const match of text.matchAll(this.knownPattern)) {
      hidden += this.hideByForm(text.slice(end, match.index)) + this.replacement(match[0], match.groups);
      end = match.index + match[0].length;
    }
    return hidden + this.hideByForm(text.slice(end));
  }

  /** Also finds a pseudonym that a model wrote with capitals; text without one comes back as it is. */
  restore(text: string): string {
    if (this.nameOf.size === 0) return text;
    const longestFirst = [...this.nameOf.keys()].sort((left, right) => right.length - left.length);
    const pattern = new RegExp(longestFirst.join('|'), 'gi');
    return text.replace(pattern, (pseudonym) => this.nameOf.get(pseudonym.toLowerCase()) ?? pseudonym);
  }

  private hideByForm(text: string): string {
    return text.replace(TOLD_BY_FORM, (name: string, ...args: unknown[]) =>
      this.replacement(name, args.at(-1) as RegExpMatchArray['groups']),
    );
  }

  private replacement(name: string, groups: RegExpMatchArray['groups']): string {
    const gpu = this.known.gpus.get(gpuKey(name));
    if (gpu !== undefined) return gpu;
    const form = Object.keys(groups ?? {}).find((key) => groups?.[key] !== undefined) ?? '';
    if (form === 'ipv6') return this.ipv6(name);
    if (form === 'hostOfUrl') return isLoopbackName(name) ? name : this.pseudonym(isIPv4(name) ? 'ip' : 'host', name);
    const kind = KIND_OF_FORM[form];
    return kind === undefined ? name : this.pseudonym(kind, name);
  }

  /** Colons stand around an address as well as in it: a clock time is none, `fe80::1:` is one and a colon. */
  private ipv6(text: string): string {
    for (let end = text.length; end > 2; end = text.lastIndexOf(':', end - 1)) {
      const address = text.slice(0, end);
      if (address !== '::' && isIPv6(address)) return this.pseudonym('ip', address) + this.ipv4(text.slice(end));
    }
    return this.ipv4(text);
  }

  private ipv4(text: string): string {
    return text.replace(/\d{1,3}(?:\.\d{1,3}){3}/g, (address) => this.pseudonym('ip', address));
  }

  private pseudonym(kind: NameKind, name: string): string {
    const key = `${kind}\u0000${name}`;
    const given = this.pseudonymOf.get(key);
    if (given !== undefined) return given;
    const hash = createHash('sha256').update(`${this.known.target}\u0000${key}`).digest('hex');
    let digits = DIGITS;
    while (this.nameOf.has(`${kind}-${hash.slice(0, digits)}`)) digits += 1;
    const pseudonym = `${kind}-${hash.slice(0, digits)}`;
    this.pseudonymOf.set(key, pseudonym);
    this.nameOf.set(pseudonym, name);
    return pseudonym;
  }
}

function isLoopbackName(name: string): boolean {
  return name.toLowerCase() === 'localhost';
}

/** UUIDs in lower case; bus ids without function and with a domain of four digits. */
export function gpuKey(id: string): string {
  const lower = id.toLowerCase();
  const bus = /^(?:[0-9a-f]{4})?([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2})(?:\.[0-9])?$/.exec(lower)?.[1];
  return bus ?? lower;
}
