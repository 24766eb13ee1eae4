// Starts the sandbox through scripts/up, whose folder holds all that happens.
const { execFileSync } = require("node:child_process");
const { randomBytes } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const env = process.env;
const append = (file, line) => fs.appendFileSync(env[file], line + "\n");

const folder = fs.mkdtempSync(path.join(env.RUNNER_TEMP, "tacklebox-"));

function main() {
  const binary = env.INPUT_BINARY ? path.resolve(env.INPUT_BINARY) : path.join(folder, "tacklebox");
  const bash = (script, ...args) => execFileSync("bash", [path.join(__dirname, script), ...args], {
    stdio: "inherit",
    env: { ...env, TACKLEBOX_BINARY: binary, TACKLEBOX_TOKEN: token },
  });
  const token = randomBytes(16).toString("hex");
  console.log(`::add-mask::${token}`);
  append("GITHUB_STATE", `folder=${folder}`);
  if (!env.INPUT_BINARY) bash("build", folder);
  bash("../up", folder, ...(env.INPUT_ARGS ?? "").split(/\s+/).filter(Boolean));
  const url = fs.readFileSync(path.join(folder, "url"), "utf8").trim();
  append("GITHUB_OUTPUT", `url=${url}\ntoken=${token}`);
  append("GITHUB_ENV", `TACKLEBOX_URL=${url}\nTACKLEBOX_TOKEN=${token}`);
  append("GITHUB_PATH", folder);
}

try {
  main();
} catch (e) {
  const said = path.join(folder, "messages.txt"); // by the sandbox, if it came that far
  const why = (fs.existsSync(said) && fs.readFileSync(said, "utf8").trim()) || e.message.split("\n")[0];
  console.log(`::error::tacklebox did not start: ${why.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A")}`);
  process.exitCode = 1;
}
