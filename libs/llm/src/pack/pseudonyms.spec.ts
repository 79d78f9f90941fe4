import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type KnownNames, Pseudonyms } from './pseudonyms.js';

const UUID = 'GPU-2f60d1be-8a17-4b0d-9c35-51e7a40c66d2';
const KNOWN: KnownNames = {
  target: 'local',
  hosts: ['gpu-node-7'],
  users: ['alice'],
  gpus: new Map([
    [UUID.toLowerCase(), 'GPU 3'],
    ['0000:1b:00', 'GPU 3'],
  ]),
};
const RUNS = { numRuns: 150, seed: 11 };

function pseudonyms(known: Partial<KnownNames> = {}): Pseudonyms {
  return new Pseudonyms({ ...KNOWN, ...known });
}

const byte = fc.integer({ min: 0, max: 255 });
const word = fc.stringMatching(/^[a-z][a-z0-9]{2,8}$/);
const ipv4 = fc.tuple(byte, byte, byte, byte).map((parts) => parts.join('.'));
const ipv6 = fc.ipV6().filter((address) => address !== '::');
const NAMES: Readonly<Record<string, fc.Arbitrary<{ readonly text: string; readonly name: string }>>> = {
  'IPv4 addresses': ipv4.map((name) => ({ text: `from ${name}:8000`, name })),
  'IPv6 addresses': ipv6.map((name) => ({ text: `from [${name}]:8000`, name })),
  'hosts of addresses': word.map((name) => ({ text: `http://${name}:8000/metrics`, name: `//${name}:` })),
  'full host names': fc
    .tuple(word, word)
    .map((parts) => ({ text: `on ${parts.join('.')}.internal`, name: parts.join('.') })),
  'e-mail addresses': fc
    .tuple(word, word)
    .map(([user, host]) => ({ text: `by ${user}@${host}.com`, name: `${user}@` })),
  'users in paths': word.map((name) => ({ text: `/home/${name}/run.py`, name: `/${name}/` })),
  'users of Windows': word.map((name) => ({ text: `C:\\Users\\${name}\\x`, name: `\\${name}\\` })),
  'UUIDs of others': fc.uuid().map((name) => ({ text: `pod ${name}.`, name })),
};

describe('pseudonyms', () => {
  it.each(Object.entries(NAMES))('stand for %s, which come back', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, ({ text, name }) => {
        const names = pseudonyms();
        const hidden = names.hide(text);
        expect(hidden.toLowerCase()).not.toContain(name.toLowerCase());
        expect(names.restore(hidden)).toBe(text);
      }),
      RUNS,
    );
  });

  it('leave a way back from any text, also one full of pseudonyms', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      ipv4,
      ipv6,
      word,
      fc
        .tuple(fc.constantFrom('ip-', 'host-', 'user-', 'id-'), fc.stringMatching(/^[0-9a-f]{2,8}$/))
        .map((two) => two.join('')),
      fc.constantFrom(' ', '/home/', 'http://', 'alice', 'gpu-node-7', '@', ':', '.', '-'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const names = pseudonyms({ gpus: new Map() });
        expect(names.restore(names.hide(parts.join('')))).toBe(parts.join(''));
      }),
      { numRuns: 600, seed: 3 },
    );
  });

  it('are the same in every run of a target, and others on another', () => {
    const text = 'gpu-node-7 at 10.1.2.3, /home/alice';
    expect(pseudonyms().hide(text)).toBe(pseudonyms().hide(text));
    expect(pseudonyms().hide('10.1.2.3')).not.toBe(pseudonyms({ target: 'other' }).hide('10.1.2.3'));
    expect(pseudonyms().hide(text)).toMatch(/^host-[0-9a-f]{4} at ip-[0-9a-f]{4}, \/home\/user-[0-9a-f]{4}$/);
  });

  it('do not depend on which names came before, and never meet', () => {
    const names = pseudonyms();
    const addresses = Array.from({ length: 3000 }, (_, index) => `10.0.${Math.floor(index / 250)}.${index % 250}`);
    const hidden = addresses.map((address) => names.hide(address));
    expect(new Set(hidden).size).toBe(addresses.length);
    expect(names.restore(hidden.join(' '))).toBe(addresses.join(' '));
    expect(
      pseudonyms()
        .hide(addresses[2999] ?? '')
        .slice(0, 7),
    ).toBe(hidden[2999]?.slice(0, 7));
  });

  it('come back however a model writes them', () => {
    const names = pseudonyms();
    const hidden = names.hide('10.1.2.3');
    expect(names.restore(`${hidden.toUpperCase()}: late.`)).toBe('10.1.2.3: late.');
    expect(names.restore('ip-ffff is unknown')).toBe('ip-ffff is unknown');
  });

  it('are found wherever a known name stands as a word', () => {
    const hidden = pseudonyms().hide("alice's job on GPU-NODE-7, gpu-node-7.example, malice");
    expect(hidden).not.toMatch(/\balice|node-7/i);
    expect(hidden).toContain('malice');
  });

  it('call a GPU by its number', () => {
    expect(pseudonyms().hide(`only ${UUID} and PCI:0000:1b:00, 00000000:1B:00.0`)).toBe(
      'only GPU 3 and PCI:GPU 3, GPU 3',
    );
    expect(pseudonyms().hide('GPU-00000000-8a17-4b0d-9c35-51e7a40c66d2')).toMatch(/^id-[0-9a-f]{4}$/);
  });

  it.each([
    ['source:2001:db8::1, port 80', '2001:db8::1'],
    ['connect to fe80::1: timed out', 'fe80::1'],
    ['peer=2001:db8:0:0:0:0:0:1:8000', '2001:db8:0:0:0:0:0:1'],
    ['[::ffff:10.0.0.1]:80', '10.0.0.1'],
    ['http://alice@10.2.3.4/x', '10.2.3.4'],
    ['node ip-10-0-0-12.ec2.internal', '10-0-0-12'],
    ['user=bob-2 uid=1000(carol)', 'carol'],
    ['mac 0a:1b:2c:3d:4e:5f', '2c:3d'],
  ])('hide what %s tells', (text, name) => {
    const names = pseudonyms();
    const hidden = names.hide(text);
    expect(hidden).not.toContain(name);
    expect(names.restore(hidden)).toBe(text);
  });

  it.each([
    'NVRM: Xid (PCI:0000:3c:00): 79, GPU has fallen off the bus at 08:08:30',
    'meta-llama/Llama-3.1-8B-Instruct',
    'http://localhost:8000',
    'driver 580.95.05, CUDA 12.8, 2.5 s, std::vector, VLLM::EngineCor, vllm:num_requests_running',
  ])('leave %s alone', (text) => {
    expect(pseudonyms().hide(text)).toBe(text);
  });
});
