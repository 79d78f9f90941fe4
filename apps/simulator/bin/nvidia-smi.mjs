// The same as nvidia-smi beside it, for machines without bash.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';

const NO_DRIVER =
  "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n\n";

function addressOfSimulator() {
  if (process.env.RESOURCE_SIMULATOR) return process.env.RESOURCE_SIMULATOR;
  try {
    return readFileSync(join(dirname(process.argv[1]), 'nvidia-smi.address'), 'utf8').trim();
  } catch {
    // Without an address there is nobody to ask, as without a driver.
    return '127.0.0.1:0';
  }
}

const [host, port] = addressOfSimulator().split(':');
const argv = process.argv.slice(2);
const chunks = [];
const socket = connect(Number(port), host);
socket.on('error', () => {
  process.stdout.write(NO_DRIVER);
  process.exitCode = 9;
});
socket.on('connect', () => socket.write(`${argv.length}\n${argv.map((argument) => `${argument}\0`).join('')}`));
socket.on('data', (chunk) => chunks.push(chunk));
socket.on('end', () => {
  const answer = Buffer.concat(chunks).toString('utf8');
  const end = answer.indexOf('\n');
  process.stdout.write(answer.slice(end + 1));
  process.exitCode = end < 0 ? 255 : Number(answer.slice(0, end));
});
