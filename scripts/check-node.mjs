// Runs before anything is installed: Node built-ins only.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Resource Agent needs Node.js 20.19 or newer; this is ${process.versions.node}. Install a current Node.js 20 (nodejs.org) and try again.`,
  );
  process.exit(1);
}
