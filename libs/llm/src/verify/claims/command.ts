import type { ClaimCheck } from './claim.js';

/** Command lines, code, paths and addresses never come from a model; names of the request are taken out before. */
const COMMAND = new RegExp(
  [
    String.raw`\b(?:sudo|kubectl|curl|wget|systemctl|journalctl|bash|zsh|powershell|chmod|chown|docker|podman|helm|pkill|killall|kill -\d|rmmod|modprobe|insmod|apt|apt-get|yum|dnf|pip3?|npm|conda|git|ssh|scp|rsync|sed|awk|grep|echo|export|python3? -|dmesg|mkfs|mount|umount|iptables|crontab|nvidia-smi -|dcgmi|nvidia-settings|fabricmanager|ipmitool|srun|sbatch|scontrol|vllm serve|lmcache_server|sh -c|eval|exec)\b(?= ?[\w./-])`,
    String.raw`\brm -`,
    String.raw`\$\(|&&|\|\||\|\s*(?:sh|tee|xargs)\b|>>|;\s*(?:rm|sudo|reboot)\b|\$\{?[a-z_]+|\bc:\\`,
    '`',
    String.raw`(?<![\w-])--?[a-z][a-z\d-]*(?:[= ]\S|\b)(?<!\s-)`,
    String.raw`\b[a-z_]+=["'\w/.]`,
    String.raw`(?<![\w.·])\.{0,2}\/(?:[\w.-]+\/)+[\w.-]*|(?<![\w.·/])\/(?:etc|proc|sys|var|usr|home|root|tmp|dev|opt|bin|srv|mnt|boot)\b|~\/`,
    String.raw`\b[a-z][a-z+.-]*:\/\/|\bwww\.|\]\(|\b[\w.+-]+@[\w-]+\.|\b[\w-]+\.(?:com|org|net|io|dev|ai|sh|py|json|ya?ml|conf|service|internal|local|example)\b`,
    String.raw`\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[\da-f]{1,4}:){3,7}[\da-f]{1,4}\b|\blocalhost\b|\bport \d`,
    String.raw`\b(?:import|def|function|class|return|while|if) ?\(|\bselect \* from\b|\bdrop table\b|\{ ?"|\[ ?"|=>|;;|:=`,
    String.raw`\b0x[\da-f]+\b|\b[\da-f]{16,}\b|\b(?:gsk|sk|hf|ghp|akia)[_-]?[a-z\d]{8,}`,
  ].join('|'),
);
/** What is left of an address or path after its known part was taken out. */
const TAIL = /·(?:[/:?#][\w/?#=&.-]+)/;

export const commandClaim: ClaimCheck = ({ text }) =>
  COMMAND.test(text) || TAIL.test(text) ? 'It contains a command, code, a path or an address.' : null;
