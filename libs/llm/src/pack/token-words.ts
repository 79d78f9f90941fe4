/**
 * Words of this program's own text (titles, summaries, readings, actions, prompts) by how many tokens of o200k_base each
 * is after a blank, and at most without one or after another mark; a spec counts them again. A word that is missing is only estimated too high, so the
 * list need not grow with every new sentence.
 */
export const KNOWN_WORDS: readonly { readonly spaced: number; readonly bare: number; readonly words: string }[] = [
  {
    spaced: 1,
    bare: 1,
    words: `
API APP Above Action Actions Active After Age All Allocation Allowed Almost An Analysis Another Answer Assigned
At Backend Banks Basic Before Best Bind Bit Boot Bounds Buffer Bus By Bytes CAP CE CHECK CPU CRC CS CUDA Cache
Calculate Call Cap Ch Change Channel Check Class Clear Clock Code Collect Completed Compute Concurrent Connect
Connector Control Copy Cor Core Count Cpu Current DIR DP Default Deferred Deletes Delta Deprecated Diagnostics
Disk Down Draft Drain Draw Driver ECC ENGINE EOF Effect Empty End Engine English Error Event Events Every Exact
Exception Exclusive Exit Expected FIFO Fabric Factor False Far Fast Fault Few File Files First Flush For Force
Forced Free Freeze Full GB GPU GRID Gb Ge Generation Get Gi Give Graphics Growth HTML HTTP Held High Hit Hits
Host Hour Hours Hw IS ISO Id In Index Info Install Instance Instances Io It JPEG JSON KV Kernel Ki Kind LINE LOG
Lets Limit Link Linux Lo Load Loading Loads Location Lock Log Long Look Loss MAX MHz MIN MP Makes Manager Many
Margin Math Max May Mean Memory Mi Mode Model Module More Mp Ms NO NONE Name Namespace Network Never New No
Nobody Node Nodes None Not Nothing Num Number Objective Objects Of Offset On Once One Only Operating Other Out
Output PATH PCI Pages Parallel Parameters Path Pause Pending Per Persistence Pin Ping Power Prefer Prefix
Prepare Process Processes Progress Prompt Put Queries Query Queue RA ROM RPC RTX Raise Ratio Reading Reads
Reasons Record Recover Recovery Reference Release Reload Remaining Remote Remove Repair Replay Request Requests
Reset Restore Resume Rise Row Rows Rules Run Running Runs Runtime SM SW Salt Same Say Second Seconds Seen Serve
Server Set Sets Share Short Since Size Slow Sm So Some Source Space Speed Spread State Status Step Stops Stored
Stores String Success Sw Switch System TEXT TYPE Tail Take Tasks Tell Text The This Threshold Ti Tier Time
Timeout To Token Tokens Too Total Tune UNKNOWN URL UTF UUID Unable Under Until Up Url Usage Use Used User Uses
Value Version Wait Wake Warp Wh What Which Width Window With Working Write Written XML Yes You Za about above
absolute acceptable accepted access action actions active activity adapter add address addresses adm after again
age agent aggregate alert alerts align all alloc allocate allocation allow allowed allows almost alone already
also although among an analysis and another answer answered answers any apart api app appear application
applications approved ar architecture are argument arguments around arrival as asc asked asking asks at
attention auto automatic available average avg awake away awesome back backend background bad banks base based
batch bb be because been before begin behind belongs below bench best between bin bit block blocked blocks
boolean boost boot both bound bounds broken bs bucket budget buffer built bundle bus busy but by bytes cache
cached call calls came can candidate cap cards carry category cause cell centre change changed channel character
characters check checkpoint checks checksum children chip choice choose chunk chunks class cleanup clear cli
client clients clock close cluster code codes cold collect collection com come comes command commands comment
compare compute confidence config configuration configured confirmed connected connection connector constraint
consumer contained container context continue control controller copy core cores cost could count counter counts
cover cpu crc credentials criterion critical cuda current cursor cut damage data date day days de dead decimal
decode decoder deep default defaults defined degrees deleted delta depending deploy deployment depth derived
describe description design detail dev device devices did dies difference different direct direction dirty
disable disabled disconnect disk display do docs does domain done double down dp draft dram draw driver drivers
drop drops dtype dump duration during each early ebb ecc effect eight either element else empty enable encoder
end ended endpoint ends energy engine engineering equal erase error errors errs escape estimate eth even event
events ever every example exception exclusive exist exists exit expected expert extension external fabric factor
fail failed failure fall fallen falls false family fan far fast fatal fault fell few field fields file files
filesystem fill filled fills filter find finding finish finished first fit fits fix flag flags fleet floor flow
flush follow for forced form format found fp fraction frame frames free freeze from front frontend fs full
function gap gateway gave gb generated generation get gets give given global go good got gpu graph graphics
group groups grow grown growth guide had half halt hand handle hang hardware has hash have health healthy heat
held help here high higher hint history hit hits hold holds home host hostname hosts hot hour hours how http hub
hung hw id idle ids ignore illegal images in inactive incident included includes including increase index info
init inline input inputs inside install installation installed instance instances instead instructions integer
inter interface internal interrupt interval into intr invalid io ip is iso it iteration its job join js json
just keep keeping kernel key keys kill kills kind know known kv label labels language large last late later
layers layout lead learning least left legacy len length less level lib libraries library lie lies life like
limit limited limits line lines link links linux list listed lists little load loaded loading loads local
location lock locked locking locks log logged logical logs long look looks lookup loop loss lost low lower
lowest machine machines made main maintenance major make makes management manifest manual many margin marked
marks matter max maximum may mean meaning medium mem memory message messages meta metric metrics micro middle
mig milliseconds min minor minute minutes missing mode model models modules moment monitor more most mount move
moves mp ms much multi multiple must name named names namespace near need needed needs negative network never
new next no node none nor normal not note notes nothing notify now null num number numbers object objective
objects of off offer offset often ok old on once one ones only onto oom open operator optimization option
options or origin os other others out output over overlay override own owned owner owns pace packet page pages
paging parallel parameters part partial parts pass passed password patch path pathname pause paused pci peak
peer pending people per percent performance period person pg pid pin ping pins pipe pipeline plain plan platform
plugins pods points policy pool port portal position possible power pp prefix present pressure priority probe
problem proc process processing profiles prompt properties published push put python queries query queue queued
queues quiet quota quote quoted raise raises ran range ranges rate ratio reach reachable read reading readonly
reads really reason received recent recommend record reference registered registration regular release released
remaining remote remove repair replace replacement report reported reports repository request requested requests
required requires reserved reset resource resources response responses rest restart restore rests resume
retrieve return reuse right rise risk role room root rose rotation round router routing row rows rule rules run
running runs rx safe same sample samples save say scale sched schedule scheduled scheduler scope score scripts
second seconds section sections security see seen segment self sent sentence sequence series serve served server
service set sets setting settings share shares short show sign signal silent since single size sl sleep slice
slot slots slow sm small snapshot so socket software some something soon source sources space spec speed spell
spent split spread stand standard stands start started starting starts stat state static statistics status
statuses stay stderr stdout step steps still store stored stores storm stream string strings such summary
support supported sw swap switch sync sys system tag tail take taken takes target task tasks tell temp
temperature ten tenant tensor test text than that the them then there thermal these they third this those thread
three threshold through ticket ticks tier time times timestamp title to token tokens too tools total tp traffic
training transfer trend trim true two tx type undefined under unique unit units unknown until unused up update
updates urgent url usable usage use used user uses usual utf util utility uuid vain valid validation value
values var version versions video virtual visible volatile wait wake wall want warm warning warnings was way
ways wear weights went were what whatever when where which while whole whose why width will win window with
within without word words work worker workflow working works worth would write writes written wrong xml yes yet
you zero
`,
  },
  {
    spaced: 1,
    bare: 2,
    words: `
Available Brake CPUs Capacity Causes Celsius Engines Errors Everything Filling Forecast GPUs Highest Hosts Keeps
Kubernetes LENGTH LOST Lookup Lowest MIG Meaning Minute NVIDIA Needed Needs Peak Proposed Recommendations
Removes Replica Restart SERIES SERVICES SHARE SRAM SWITCH Sends Spare Takes Temperature Tesla Thermal Waiting
Watts aborted absent accelerator across adapters admission advice aer against alarming alarms algorithm anew
announced anybody anyway appeared applied applies approval asleep auxiliary backlog balanced bandwidth baseline
become begins belong beside besides binds brake breaches breakpoint bursts bypass caches caching capability
capacity carried carries catalogue caused causes chassis chose clearly clears clocks coherent collected
collectors compared computation computes computing confidential corrected correction corrupted costs counted
counters crash decided decides decoding defer deferred degraded demands denied denies depends described
describes destructive detected detector determine deviation diagnostics died differences disks disruption
distinct drafted drafts drain drained draining draws drew dropped durations eager earlier efficiency enforce
enforced engineer engines enough evaluated eviction evidence exceed exceeded exceeds exited exits explain
explained explains exporter failing failures fastest faults fewer fifth filling findings finds finest firmware
forecast foreign frees frozen further fuse gaps gauge gives goes greatest growing guidance hanging hardly
hierarchical highest histogram hotter hottest hurts ignores imbalance incidents ineffective inference insights
instanceof intended interference intervals itself joined keeps kept killed knowing knows lacks lanes larger
lasts latency leak lifetime llama longer longest looked loses lowered lowers matters meant mismatch missed
misses mitigation modes monitoring monitors mostly narrow nearly neither newest nobody normalized numa
objectives observations operating opportunity optical orphan packets peers percentile periods persistence pinned
predictions printable privilege probes problems processes profiling prohibited promises prompts proposed
proposes publishes radix rationale reached reaches readable readings reasons reboot recorded recording recovered
recovery reduced refused registering rejected rejection reliable remembers removes repairs replay replica
replicas restarted restrictive retired retirement retrieval retrieved retrieves reused reversible rising rollout
routed runnable saturated saturation saver says scheduling seating sees sentences sequences serves several
severe shared shorten should shows shutting sibling silently simply simulated skew skipped skips sleeping slept
slo slowdown slowed slower slowing slowly slows smallest smoothing snapshots softly somebody spare speculative
spelled stages stale stalled stays steal stopped stopping stops stringify subject subsystem suit sums supply
supports surge surplus suspect suspected swaps switched synchronized telemetry tells tenth their thresholds
throttle throughput timeout together told took topology trades transfers trimmed tune twice unavailable
unhealthy unload unloaded unnamed unnoticed unreachable unusual uptime utilization utilized verdict
virtualization waited waiting waits wasted watched watches watts webhook widest workloads workstation wrote xid
`,
  },
  {
    spaced: 2,
    bare: 2,
    words: `
ANSWER Aborted Asks BREACH BYTES Baseline Bypass CONSTRAINT CPUHigh Cordon Cores Corrected Cpus Crc DBE DCGM
DRAM ESCAPE Errored Evicted Eviction Evictions Failures Faults Filesystem Forcing Frontend GIB GPC GSP Gpus HBM
HINT IMEX Inodes Instruct Isolated KERNEL KMSG Kilowatt LABELS LFU LLM LMCache LRU Latency Llama MEMCG MIB MMU
MPConnector Mhz NUMA NVLink NVML NVSwitch PCIe Periods Prefill Probes Prohibited Prompts Puts Quadro Qwen Reboot
Rejection Rejections Remapper Replays Resets Restarts Reused SLO SMs SXM SYSLOG Saturation Seqs Skew Skips
Slowdown Smi Speculative Splits Synchronising Synchronized TIMEOUT Thresholds URLS Uncontained Unfreeze
Unhealthy Unpins Uuids VGPU XID Xid Xiv adee autofs autoscaler awq backends backslash batched bpf btime cabling
cbb celsius cgroup chunked cmdline configfs copytruncate cordon cordoned correctable cpus cpuset datacenter dcgm
debugfs decodes devpts diskstats entrypoints erofs errored evict evicted evictions evicts filesystems forgets
gpud gpus hicache histograms hypervisor initialisation inodes interconnect joules kilowatt kmsg limiters llm
lmcache lookups lora loras mce memcg mems misconfigured misfit misplacement mixin mlocked modprobe mqueue
netdata nodemask nsfs nvidia nvlink nvme nvml observability offload offloaded oncall outgrown overflows overrun
parallelism pcie pids pinged preemption prefill prefills prometheus pstore pycs quantile quantised quantization
ramfs rebalance reconfigure recoveries recovers remap remapped remapping remaps replayed replays resctrl
restarts restic rma samber securityfs seqs shortens sleepable smi sram starved stateset statfs steadier sxid
sysfs systeminformation thrash thrashing tmpfs tokenisation tpc tracefs ttft unallocated unassigned uncontained
unfull unpin unpins untyped venv vmstat weightiest zod
`,
  },
  {
    spaced: 2,
    bare: 1,
    words: `
Adapters CTX Chunks Contained Detected Exceeded Gpu Ids Inactive Killed Kills LINES Pinned Quota Quoted RST
Reuse Stopping Succeeded TPC Throttle Unload itl
`,
  },
  {
    spaced: 2,
    bare: 3,
    words: `
Joules POINTS Restarted Retrievals bottleneck bypassed cramfs fusectl kubelet overwrote reclaimable retrievals
synchronisation synchronised throttled throttles throttling unevenly unreadable unrecovered
`,
  },
  {
    spaced: 1,
    bare: 3,
    words: `
busiest deterministic disruptive exhausted exhaustion governor repeats sleeps survives treats
`,
  },
];
