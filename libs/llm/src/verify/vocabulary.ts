/**
 * Everyday words by which sentences and titles begin. A capitalised word that is neither one of them nor in the request
 * nor a term of the trade is taken for a name.
 */
const EVERYDAY = `
a about above access according account across act action active activity actual add additional address adjust affect
after again against agree ahead all allocate allow almost alone along already also alternative although always among amount an
analysis and another answer any anything apart appear apply are area arise around arrive as ask assign assume at attempt
attention available average avoid away back backend background balance band bank base batch be bear because become before
begin behind being below beside besides best better between beyond big block board both bottleneck bound break brief bring
budget build burst busy but by bypass cache call can cap capacity capture card carry case catch cause central certain chain
change channel check choose chunk claim class clean clear clock close code cold collect combine come command common compare
compete complete compute concern condition confidence configuration configure confirm connect connection consequence
consider consistent consume contact container contend contention context continue contribute control cool core correct
cost could count counter cover create critical cross current currently cut data day deal decide decision decode decrease
deep default defer degrade degree delay deliver demand depend deployment describe detail determine device diagnose
diagnostic did differ difference different direct direction disk distribute do document does doing double down drain draw
drive driver drop due during each early ease easy effect effective efficiency efficient effort eight either elapse eleven
else enable encounter end energy enforce engine enough ensure entire environment error escalate especially establish
estimate evaluate even event every everything evict evidence exact examine example exceed except excess exclude exist exit
expand expect expected experience explain expose extend external extra face fact fail failure fall far fast favour feed few
field file fill final find finding finish firmware first fit five fix flag fleet flow follow for force foreign form forward
four fraction frame free frequent frequency from front full fully further gain gap gather general generate generation get
give given go good graph graphics great group grow guard had half halt hand handle happen hard hardware has have having
headroom healthy heat heavy heavily help hence here high higher highest hit hold host hot hour how however idle identify if
immediate impact important improve in include increase indeed indicate individual inference inform initial input inspect
instance instead inter interconnect internal interval into investigate involve is issue it its itself job join just keep
kernel key kill kind know label lack large last late latency launch layer lead leak least leave left length less let level
lie lift light like likely limit line link list little load local lock log logical long look lose loss lot low lower
machine main maintain maintenance make manage manual many margin mark match matter maximum may mean meanwhile measure
measurement memory message might migrate minimum minor minute miss missing mitigate mode model moderate moment monitor more
moreover most mostly move much multiple must name near nearly need neither network never new newest next nine no nobody node none
nor normal not note nothing notice notify now number object objective observe occur of off offer offload often old on once
one ongoing only open operate operator optimise optimize option or order original other others otherwise our out outlast
outside over overall own owner pace packet page pair parallel parameter part partial particular pass past patch path pattern
pause peak peer pending per percent perform performance perhaps period permit persist persistence person physical pick pin
place plan please point policy poll pool poor possible possibly power precede prefer prefill prefix prepare present preserve
press pressure prevent previous primary prior priority probe problem proceed process produce prompt proper propose protect
prove provide pull push put quality quantity quarter queue quick quickly quiet quota raise range rank rapid rate rather ratio
reach read reading ready real reason rebalance reboot recent recommend recommendation record recover recovery redistribute
reduce refer reflect refresh reject relate relative relax release reliable reload remain remap remedy remote remove repair
repeat repeated replace replay replica report request require reserve reset resolve resource respond response rest restart
restore restrict result resume retain retire retrieve return reuse reveal reverse review right rise risk root rotate round
route router row rule run safe same sample saturate save say scale schedule scheduler second see seem seldom select send
sensor separate sequence serious serve server service session set setting seven several severe share shed shift short should
show shrink side sign signal similar simple simply since single site six size sleep slight slow slowdown small smaller so
software solve some something sometimes soon source space spare speak specific speed spend spill split spread stable stage stall stand
start startup state status stay steady step still stop storage store straggler strain stream stress strong structure such
suffer sufficient suggest suit supply support sure surge sustain swap switch symptom synchronise synchronize system take
target task team tell temperature temporary ten tend term test than that the their them then there therefore thermal these
they thing think third this those though thousand thread three threshold throttle throttling through throughput thus tick
tie tier time timing to today together token too tool top total toward towards track traffic transfer treat trend trigger
trim true try tune turn twelve twice two type typical typically unable unavailable under underlying understand uneven unit
unless unlike unload until untreated unused unusual up update upgrade upon upper urgent usage use useful user usual usually
utilisation utilization value vary verify version very via video view visible wait wake want warm warn warning was watch
way weight well were what whatever when whenever where whether which while who whole whose why wide will window with within
without word work worker workload worse worst worth would write year yes yet you your zero
accompany accumulate achieve adequate aggravate aim alleviate alert allot altogether amplify apparent approach
appropriate approximate aside aspect assess associate attain attribute await aware backlog backpressure badly barely
basis behave behaviour behavior belong benefit bind bottom broad bulk careful carefully circumstance cite clearly
climb closely coincide comfortable comfortably component comprise concentrate concurrent congest congestion
considerable considerably consult convert cope crowd culprit cumulative deadline dedicate deliberate demonstrate deny
derive despite deteriorate diminish dip disproportionate distinct divide dominate dominant downstream duration earlier
elevate eliminate emerge employ encode engineer entirely entry essential essentially eventually evident excessive
exclusive exhaust exhibit explanation explicit extensive extent extreme facilitate factor fairly fault finally
fluctuate focus forthcoming fragment fundamental generous graceful gradual gradually grind hamper handful hinder hint
hover ideal ideally illustrate impair impede imply incoming incur indication inefficient inflate influence inherent
inspection insufficient intend intense intensive interfere interference intervene jointly judge justify largely latter
linger listing locate lengthen mainly majority marginal marginally mask material meaning meet mild modest monopolise
namely narrow nearby necessary needed noise notable notably noticeable noticeably numerous obvious obviously
occasional occasionally occupy offset opposite oppose outstanding outweigh overhead overload overrun overshoot
overwhelm peg persistent pile pinpoint plain plateau plenty portion position potential potentially practical precise
predominantly preempt prevail principal probable probably progress prolong prolonged prominent pronounce rarely react
realise realistic reasonable reasonably reclaim recognise recur regain regard regardless regular reinforce relevant
relieve relieved reliably render resemble resident residual resolution respective respectively retry revisit roughly
scarce scarcely severity sharp sharply shorten shortage significant significantly sit slightly slip slower smooth soar
somewhat spike squeeze stack starve starved stem stick straightforward strict struggle stuck substantial substantially
succeed sudden suddenly suspect tail tackle thin tight tighten tolerance trace ultimate ultimately unchanged undergo
undersized underutilised underutilized unexpected unexpectedly uniform unnecessary unusually upstream utilise utilize
vast versus viable violate violation vital warrant weak widen widespread
`;

/** Names and abbreviations of the trade; they may stand in any sentence. */
const TRADE = `
GPU GPUs CPU CPUs KV TTFT ITL TPOT SLO SLOs SLI ECC XID XIDs PCIe PCI-E PCIE NVML NVLink NVSwitch NVLinks HBM HBM2 HBM2e HBM3 HBM3e
GDDR6 RAM VRAM DRAM SRAM SM SMs MIG vGPU NUMA OOM LoRA LoRAs NTP NVMe SSD PID PIDs ID IDs HTTP URL API RMA TP PP DP PSI LLM LLMs
vLLM SGLang LMCache NVIDIA CUDA Linux Kubernetes DCGM UUID UUIDs MHz GHz W kW GiB MiB TiB KiB GB MB TB KB ms kWh Celsius
I/O IO NIC UPS PSU BMC IPMI Ethernet E2E P50 P95 P99  nvidia-smi NVRM Prometheus LRU LFU RPS TPS QPS
PagedAttention L1 L2 Fabric Manager Xid Xids LLM-serving H2D D2H OK A I K8s S3 MLP TFLOPS FLOPS QoS cgroup cgroups iowait systemd nvidia-persistenced
`;

const EVERYDAY_WORDS: ReadonlySet<string> = new Set(EVERYDAY.split(/\s+/).filter((word) => word !== ''));
const TRADE_WORDS: ReadonlySet<string> = new Set(TRADE.split(/\s+/).map((word) => word.toLowerCase()));
const ENDINGS: readonly (readonly [RegExp, string])[] = [
  [/ies$/, 'y'],
  [/ied$/, 'y'],
  [/ily$/, 'y'],
  [/(?:es|ed|er|ly|st)$/, ''],
  [/(?:es|ed|er|ing|est|ers|ion|ions|ation|ations|ment|ments|ive)$/, 'e'],
  [/(?:s|d|r|'s|n't|ing|est|ers|ness|ment|ments|ion|ions|able|ings|ful|al|ally|ity|or|ors)$/, ''],
  [/ability$/, 'able'],
  [/ably$/, 'able'],
];

export function isTradeTerm(word: string): boolean {
  return TRADE_WORDS.has(word.toLowerCase());
}

/** Whether a word is an everyday one, in any of its usual forms. */
export function isEveryday(word: string): boolean {
  const plain = word.toLowerCase().replace(/'s$/, '');
  if (EVERYDAY_WORDS.has(plain) || TRADE_WORDS.has(plain)) return true;
  return (
    ENDINGS.some(([ending, instead]) => {
      if (!ending.test(plain)) return false;
      const stem = plain.replace(ending, instead);
      // `Throttling`, `capped`: the doubled consonant belongs to the ending.
      return EVERYDAY_WORDS.has(stem) || EVERYDAY_WORDS.has(stem.replace(/(.)\1e?$/, '$1')) || isUnprefixed(stem);
    }) || isUnprefixed(plain)
  );
}

function isUnprefixed(word: string): boolean {
  const base = /^(?:un|re|over|under|pre|non|dis|mis|in|out)-?(.{3,})$/.exec(word)?.[1];
  return base !== undefined && EVERYDAY_WORDS.has(base);
}

/** Everyday words that would tell something of the machine, and need a finding that uses them. */
const TELLING = `
attempt bad broken collide compete competition contend contention crash damage dead defect destroy die dirty dry empty error evil fail failure false fault
faulty firmware flood force foreign freeze hang hardware? harm horrible hostile incorrect kill lack leak lie lose loss lost malfunction migrate
missing neighbour noise old? overload panic poor press regress reject restart reboot resolve engineer dispatch scarce spike stall starve storm stop strain stress suffer surge
terrible trouble unable unavailable unstable weak worn wrong year years user users bug contaminated congested supply unload exit exits
`;
const TELLING_WORDS: ReadonlySet<string> = new Set(
  TELLING.split(/\s+/).filter((word) => word !== '' && !word.endsWith('?')),
);
/** Short words that hold a sentence together, and verbs and nouns of reporting. */
const MORE_NEUTRAL = `
're 've 'll d ll re ve s t aren isn doesn don wasn weren hasn haven couldn wouldn shouldn won didn
against am among amongst amount amounts apart ca circa concerned etc ever explains explained explaining hence i.e e.g insofar itself lot lots n nearly nor
onto per regarding relatively respectively roughly shown seen told themselves thereby toward upon versus via vs whereas whereby whilst within yet
approximately exactly about around almost even merely solely mainly primarily particularly especially notably additionally likewise similarly furthermore
affected afterwards along altogether although became begun been began behind brought built chosen done driven due eight eleven fifteen fifty five forty
four fourteen fully gave gone got grew grown half hundred hundreds kept known led left made meant mid million nine nineteen ninety once one ones paid ran reached
reaches read run said sat sent seven seventeen seventy shown six sixteen sixty slept spent stood taken ten thirteen thirty thousand three times told took twelve
twenty two twice went woken written zero point dozen third quarter fifth tenth second seconds ms kw w mhz ghz gib gb mib mb tib kib b c celsius watts watt megahertz gigahertz
bytes percent hour hours minute minutes day days pct tokens token gpu gpus engine engines host fleet cuda vllm sglang lmcache nvidia sm tensor parallel
throughput cannot severity trade trades prioritize prioritise touch touching recover recovers heal software halves thirds quarters fifths sixths eighths tenths twentieths hundredths span spans cover covers bus incomplete pile fired fires fire weighty weightiest pci equal equals interface ask asks cross crosses crossed rule rules latency performance bottleneck headroom saturation setting settings flag parameter concurrency concurrent allocated serving served inference
`;
const NEUTRAL_WORDS: ReadonlySet<string> = new Set(MORE_NEUTRAL.split(/\s+/).filter((word) => word !== ''));

/** A word without its usual endings, to compare forms of it. */
export function stemOf(word: string): string {
  return word
    .replace(/(?:ations?|ions?|ings?|ments?|ers?|ors?|ed|es|s|ly|e|y|able|al|ive)$/, '')
    .replace(/(.)\1$/, '$1');
}

/** Whether a word may stand in any sentence, since it claims nothing of a machine. */
export function isNeutral(word: string): boolean {
  if (NEUTRAL_WORDS.has(word)) return true;
  // `Dispatched` is not a form of `patch`.
  if (
    /^(?:dis|mis|over|under|out|in)/.test(word) &&
    !EVERYDAY_WORDS.has(word) &&
    isUnprefixed(word.replace(/(?:s|ed|ing|d|es)$/, ''))
  )
    return false;
  if (TELLING_WORDS.has(word) || TELLING_WORDS.has(word.replace(/(?:s|ed|ing|d|es|r|er)$/, ''))) return false;
  return isEveryday(word);
}
