import * as os$1 from "os";
import os, { EOL } from "os";
import * as crypto from "crypto";
import * as fs from "fs";
import { constants, promises } from "fs";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mkdtemp, readFile, rm } from "node:fs/promises";
// node_modules/@actions/core/lib/utils.js
/**
* Sanitizes an input into a string so it can be passed into issueCommand safely
* @param input input to sanitize into a string
*/
function toCommandValue(input) {
	if (input === null || input === void 0) return "";
	else if (typeof input === "string" || input instanceof String) return input;
	return JSON.stringify(input);
}
/**
*
* @param annotationProperties
* @returns The command properties to send with the actual annotation command
* See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
*/
function toCommandProperties(annotationProperties) {
	if (!Object.keys(annotationProperties).length) return {};
	return {
		title: annotationProperties.title,
		file: annotationProperties.file,
		line: annotationProperties.startLine,
		endLine: annotationProperties.endLine,
		col: annotationProperties.startColumn,
		endColumn: annotationProperties.endColumn
	};
}
// node_modules/@actions/core/lib/command.js
/**
* Issues a command to the GitHub Actions runner
*
* @param command - The command name to issue
* @param properties - Additional properties for the command (key-value pairs)
* @param message - The message to include with the command
* @remarks
* This function outputs a specially formatted string to stdout that the Actions
* runner interprets as a command. These commands can control workflow behavior,
* set outputs, create annotations, mask values, and more.
*
* Command Format:
*   ::name key=value,key=value::message
*
* @example
* ```typescript
* // Issue a warning annotation
* issueCommand('warning', {}, 'This is a warning message');
* // Output: ::warning::This is a warning message
*
* // Set an environment variable
* issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
* // Output: ::set-env name=MY_VAR::some value
*
* // Add a secret mask
* issueCommand('add-mask', {}, 'secretValue123');
* // Output: ::add-mask::secretValue123
* ```
*
* @internal
* This is an internal utility function that powers the public API functions
* such as setSecret, warning, error, and exportVariable.
*/
function issueCommand(command, properties, message) {
	const cmd = new Command(command, properties, message);
	process.stdout.write(cmd.toString() + os$1.EOL);
}
const CMD_STRING = "::";
var Command = class {
	constructor(command, properties, message) {
		if (!command) command = "missing.command";
		this.command = command;
		this.properties = properties;
		this.message = message;
	}
	toString() {
		let cmdStr = CMD_STRING + this.command;
		if (this.properties && Object.keys(this.properties).length > 0) {
			cmdStr += " ";
			let first = true;
			for (const key in this.properties) if (this.properties.hasOwnProperty(key)) {
				const val = this.properties[key];
				if (val) {
					if (first) first = false;
					else cmdStr += ",";
					cmdStr += `${key}=${escapeProperty(val)}`;
				}
			}
		}
		cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
		return cmdStr;
	}
};
function escapeData(s) {
	return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}
function escapeProperty(s) {
	return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/:/g, "%3A").replace(/,/g, "%2C");
}
// node_modules/@actions/core/lib/file-command.js
function issueFileCommand(command, message) {
	const filePath = process.env[`GITHUB_${command}`];
	if (!filePath) throw new Error(`Unable to find environment variable for file command ${command}`);
	if (!fs.existsSync(filePath)) throw new Error(`Missing file at path: ${filePath}`);
	fs.appendFileSync(filePath, `${toCommandValue(message)}${os$1.EOL}`, { encoding: "utf8" });
}
function prepareKeyValueMessage(key, value) {
	const delimiter = `ghadelimiter_${crypto.randomUUID()}`;
	const convertedValue = toCommandValue(value);
	if (key.includes(delimiter)) throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
	if (convertedValue.includes(delimiter)) throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
	return `${key}<<${delimiter}${os$1.EOL}${convertedValue}${os$1.EOL}${delimiter}`;
}
// node_modules/@actions/core/lib/summary.js
var __awaiter$2 = function(thisArg, _arguments, P, generator) {
	function adopt(value) {
		return value instanceof P ? value : new P(function(resolve) {
			resolve(value);
		});
	}
	return new (P || (P = Promise))(function(resolve, reject) {
		function fulfilled(value) {
			try {
				step(generator.next(value));
			} catch (e) {
				reject(e);
			}
		}
		function rejected(value) {
			try {
				step(generator["throw"](value));
			} catch (e) {
				reject(e);
			}
		}
		function step(result) {
			result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected);
		}
		step((generator = generator.apply(thisArg, _arguments || [])).next());
	});
};
const { access, appendFile, writeFile } = promises;
const SUMMARY_ENV_VAR = "GITHUB_STEP_SUMMARY";
var Summary = class {
	constructor() {
		this._buffer = "";
	}
	/**
	* Finds the summary file path from the environment, rejects if env var is not found or file does not exist
	* Also checks r/w permissions.
	*
	* @returns step summary file path
	*/
	filePath() {
		return __awaiter$2(this, void 0, void 0, function* () {
			if (this._filePath) return this._filePath;
			const pathFromEnv = process.env[SUMMARY_ENV_VAR];
			if (!pathFromEnv) throw new Error(`Unable to find environment variable for $${SUMMARY_ENV_VAR}. Check if your runtime environment supports job summaries.`);
			try {
				yield access(pathFromEnv, constants.R_OK | constants.W_OK);
			} catch (_a) {
				throw new Error(`Unable to access summary file: '${pathFromEnv}'. Check if the file has correct read/write permissions.`);
			}
			this._filePath = pathFromEnv;
			return this._filePath;
		});
	}
	/**
	* Wraps content in an HTML tag, adding any HTML attributes
	*
	* @param {string} tag HTML tag to wrap
	* @param {string | null} content content within the tag
	* @param {[attribute: string]: string} attrs key-value list of HTML attributes to add
	*
	* @returns {string} content wrapped in HTML element
	*/
	wrap(tag, content, attrs = {}) {
		const htmlAttrs = Object.entries(attrs).map(([key, value]) => ` ${key}="${value}"`).join("");
		if (!content) return `<${tag}${htmlAttrs}>`;
		return `<${tag}${htmlAttrs}>${content}</${tag}>`;
	}
	/**
	* Writes text in the buffer to the summary buffer file and empties buffer. Will append by default.
	*
	* @param {SummaryWriteOptions} [options] (optional) options for write operation
	*
	* @returns {Promise<Summary>} summary instance
	*/
	write(options) {
		return __awaiter$2(this, void 0, void 0, function* () {
			const overwrite = !!(options === null || options === void 0 ? void 0 : options.overwrite);
			const filePath = yield this.filePath();
			yield (overwrite ? writeFile : appendFile)(filePath, this._buffer, { encoding: "utf8" });
			return this.emptyBuffer();
		});
	}
	/**
	* Clears the summary buffer and wipes the summary file
	*
	* @returns {Summary} summary instance
	*/
	clear() {
		return __awaiter$2(this, void 0, void 0, function* () {
			return this.emptyBuffer().write({ overwrite: true });
		});
	}
	/**
	* Returns the current summary buffer as a string
	*
	* @returns {string} string of summary buffer
	*/
	stringify() {
		return this._buffer;
	}
	/**
	* If the summary buffer is empty
	*
	* @returns {boolen} true if the buffer is empty
	*/
	isEmptyBuffer() {
		return this._buffer.length === 0;
	}
	/**
	* Resets the summary buffer without writing to summary file
	*
	* @returns {Summary} summary instance
	*/
	emptyBuffer() {
		this._buffer = "";
		return this;
	}
	/**
	* Adds raw text to the summary buffer
	*
	* @param {string} text content to add
	* @param {boolean} [addEOL=false] (optional) append an EOL to the raw text (default: false)
	*
	* @returns {Summary} summary instance
	*/
	addRaw(text, addEOL = false) {
		this._buffer += text;
		return addEOL ? this.addEOL() : this;
	}
	/**
	* Adds the operating system-specific end-of-line marker to the buffer
	*
	* @returns {Summary} summary instance
	*/
	addEOL() {
		return this.addRaw(EOL);
	}
	/**
	* Adds an HTML codeblock to the summary buffer
	*
	* @param {string} code content to render within fenced code block
	* @param {string} lang (optional) language to syntax highlight code
	*
	* @returns {Summary} summary instance
	*/
	addCodeBlock(code, lang) {
		const attrs = Object.assign({}, lang && { lang });
		const element = this.wrap("pre", this.wrap("code", code), attrs);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML list to the summary buffer
	*
	* @param {string[]} items list of items to render
	* @param {boolean} [ordered=false] (optional) if the rendered list should be ordered or not (default: false)
	*
	* @returns {Summary} summary instance
	*/
	addList(items, ordered = false) {
		const tag = ordered ? "ol" : "ul";
		const listItems = items.map((item) => this.wrap("li", item)).join("");
		const element = this.wrap(tag, listItems);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML table to the summary buffer
	*
	* @param {SummaryTableCell[]} rows table rows
	*
	* @returns {Summary} summary instance
	*/
	addTable(rows) {
		const tableBody = rows.map((row) => {
			const cells = row.map((cell) => {
				if (typeof cell === "string") return this.wrap("td", cell);
				const { header, data, colspan, rowspan } = cell;
				const tag = header ? "th" : "td";
				const attrs = Object.assign(Object.assign({}, colspan && { colspan }), rowspan && { rowspan });
				return this.wrap(tag, data, attrs);
			}).join("");
			return this.wrap("tr", cells);
		}).join("");
		const element = this.wrap("table", tableBody);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds a collapsable HTML details element to the summary buffer
	*
	* @param {string} label text for the closed state
	* @param {string} content collapsable content
	*
	* @returns {Summary} summary instance
	*/
	addDetails(label, content) {
		const element = this.wrap("details", this.wrap("summary", label) + content);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML image tag to the summary buffer
	*
	* @param {string} src path to the image you to embed
	* @param {string} alt text description of the image
	* @param {SummaryImageOptions} options (optional) addition image attributes
	*
	* @returns {Summary} summary instance
	*/
	addImage(src, alt, options) {
		const { width, height } = options || {};
		const attrs = Object.assign(Object.assign({}, width && { width }), height && { height });
		const element = this.wrap("img", null, Object.assign({
			src,
			alt
		}, attrs));
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML section heading element
	*
	* @param {string} text heading text
	* @param {number | string} [level=1] (optional) the heading level, default: 1
	*
	* @returns {Summary} summary instance
	*/
	addHeading(text, level) {
		const tag = `h${level}`;
		const allowedTag = [
			"h1",
			"h2",
			"h3",
			"h4",
			"h5",
			"h6"
		].includes(tag) ? tag : "h1";
		const element = this.wrap(allowedTag, text);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML thematic break (<hr>) to the summary buffer
	*
	* @returns {Summary} summary instance
	*/
	addSeparator() {
		const element = this.wrap("hr", null);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML line break (<br>) to the summary buffer
	*
	* @returns {Summary} summary instance
	*/
	addBreak() {
		const element = this.wrap("br", null);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML blockquote to the summary buffer
	*
	* @param {string} text quote text
	* @param {string} cite (optional) citation url
	*
	* @returns {Summary} summary instance
	*/
	addQuote(text, cite) {
		const attrs = Object.assign({}, cite && { cite });
		const element = this.wrap("blockquote", text, attrs);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML anchor tag to the summary buffer
	*
	* @param {string} text link text/content
	* @param {string} href hyperlink
	*
	* @returns {Summary} summary instance
	*/
	addLink(text, href) {
		const element = this.wrap("a", text, { href });
		return this.addRaw(element).addEOL();
	}
};
new Summary();
os.platform();
os.arch();
/**
* The code to exit an action
*/
var ExitCode;
(function(ExitCode) {
	/**
	* A code indicating that the action was successful
	*/
	ExitCode[ExitCode["Success"] = 0] = "Success";
	/**
	* A code indicating that the action was a failure
	*/
	ExitCode[ExitCode["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
/**
* Gets the value of an input.
* Unless trimWhitespace is set to false in InputOptions, the value is also trimmed.
* Returns an empty string if the value is not defined.
*
* @param     name     name of the input to get
* @param     options  optional. See InputOptions.
* @returns   string
*/
function getInput(name, options) {
	const val = process.env[`INPUT_${name.replace(/ /g, "_").toUpperCase()}`] || "";
	if (options && options.required && !val) throw new Error(`Input required and not supplied: ${name}`);
	if (options && options.trimWhitespace === false) return val;
	return val.trim();
}
/**
* Gets the input value of the boolean type in the YAML 1.2 "core schema" specification.
* Support boolean input list: `true | True | TRUE | false | False | FALSE` .
* The return value is also in boolean type.
* ref: https://yaml.org/spec/1.2/spec.html#id2804923
*
* @param     name     name of the input to get
* @param     options  optional. See InputOptions.
* @returns   boolean
*/
function getBooleanInput(name, options) {
	const trueValue = [
		"true",
		"True",
		"TRUE"
	];
	const falseValue = [
		"false",
		"False",
		"FALSE"
	];
	const val = getInput(name, options);
	if (trueValue.includes(val)) return true;
	if (falseValue.includes(val)) return false;
	throw new TypeError(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}\nSupport boolean input list: \`true | True | TRUE | false | False | FALSE\``);
}
/**
* Sets the value of an output.
*
* @param     name     name of the output to set
* @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
*/
function setOutput(name, value) {
	if (process.env["GITHUB_OUTPUT"] || "") return issueFileCommand("OUTPUT", prepareKeyValueMessage(name, value));
	process.stdout.write(os$1.EOL);
	issueCommand("set-output", { name }, toCommandValue(value));
}
/**
* Sets the action status to failed.
* When the action exits it will be with an exit code of 1
* @param message add error issue message
*/
function setFailed(message) {
	process.exitCode = ExitCode.Failure;
	error(message);
}
/**
* Adds an error issue
* @param message error issue message. Errors will be converted to string via toString()
* @param properties optional properties to add to the annotation.
*/
function error(message, properties = {}) {
	issueCommand("error", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
* Adds a warning issue
* @param message warning issue message. Errors will be converted to string via toString()
* @param properties optional properties to add to the annotation.
*/
function warning(message, properties = {}) {
	issueCommand("warning", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
// src/errors.ts
/** Exit codes of the process (README, "Exit codes"). */
const exitCodes = {
	done: 0,
	failed: 1,
	invalid: 2,
	findings: 3,
	rolloutFailed: 4,
	timedOut: 5,
	interrupted: 130
};
// action/src/annotations.ts
/**
* Annotates problems as errors and warnings as warnings, at their lines of files. Answers whether there was any.
* GitHub shows ten of each for a step; the last of them says how many more there are.
*/
function annotate(checked) {
	const problems = checked.filter(({ status }) => status === "problem");
	const warnings = checked.filter(({ status }) => status === "warning");
	annotateAll(problems, error);
	annotateAll(warnings, warning);
	return problems.length + warnings.length > 0;
}
/** docs.github.com, "Usage limits for annotations": 10 errors and 10 warnings for a step. */
const most = 10;
function annotateAll(found, print) {
	const shown = found.length > most ? found.slice(0, 9) : found;
	for (const { where, what, message, file, line, column } of shown) print(`${what}: ${message}`, {
		title: `ecs-secrets: ${where}`,
		...file !== void 0 && {
			file,
			startLine: line,
			startColumn: column
		}
	});
	const more = found.length - shown.length;
	if (more > 0) print(`${more} more are in the summary of the step`, { title: "ecs-secrets" });
}
// action/src/program.ts
/**
* Path of the program to run. Without a version it is the one beside the action, where that is built (a workflow of
* this repository), or else the release that the action belongs to, installed from npm. Throws if npm fails.
*/
function findProgram(version) {
	const own = ownVersion();
	if ((version === "" || version === own) && existsSync(`${root}dist/main.js`)) return `${root}bin/ecs-secrets.js`;
	return installed(version === "" ? own : version);
}
/** The repository of the action, with a slash at its end. */
const root = fileURLToPath(new URL("../../", import.meta.url));
function ownVersion() {
	const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
	return version;
}
function installed(version) {
	if (!/^[\w.-]+$/.test(version)) throw new Error(`version: "${version}" is not a version or tag, for example 1.2.3 or latest`);
	const temporary = process.env.RUNNER_TEMP ?? tmpdir();
	const folder = join(temporary, "ecs-secrets", version);
	const program = join(folder, "node_modules", "ecs-secrets", "bin", "ecs-secrets.js");
	if (existsSync(program)) return program;
	const argv = [
		"install",
		"--prefix",
		folder,
		"--no-save",
		"--no-audit",
		"--no-fund"
	];
	const isWindows = process.platform === "win32";
	const { status, error, stderr } = spawnSync("npm", [
		...argv,
		"--ignore-scripts",
		`ecs-secrets@${version}`
	].map((word) => isWindows ? `"${word}"` : word), {
		encoding: "utf8",
		shell: isWindows
	});
	if (error) throw new Error(`cannot run npm (${error.message}); add actions/setup-node before`);
	if (status !== 0) {
		const lines = stderr.split("\n").filter((line) => /^npm (ERR!|error)/.test(line));
		throw new Error(`cannot install ecs-secrets@${version}: ${lines.slice(0, 3).join("; ")}`);
	}
	return program;
}
// action/src/outputs.ts
/** The outputs of the action but `sarif-file`, by name; action.yml describes them. */
function outputsOf(runs) {
	const documents = runs.flatMap(({ left: { data } }) => isObject(data) ? [data] : []);
	const checked = runs.flatMap(({ left }) => left.checked ?? []);
	const arns = documents.flatMap(({ taskDefinitionArn: arn }) => typeof arn === "string" ? [arn] : []);
	const found = checked.filter(({ status }) => status === "problem" || status === "warning");
	return {
		"exit-code": String(runs.at(-1)?.exitCode ?? 0),
		json: jsonOf(documents.at(-1)),
		"task-definition-arn": arns.at(-1) ?? "",
		"deployment-ids": documents.flatMap(deploymentIds).join(" "),
		changed: String(runs.some(hasChanged)),
		findings: String(found.length)
	};
}
/** Writes the SARIF log of the last audit to a file of the job; its path, or undefined without any. */
function writeSarif(runs) {
	const log = runs.findLast(({ left }) => left.sarif)?.left.sarif;
	if (!log) return void 0;
	const file = join(process.env.RUNNER_TEMP ?? tmpdir(), "ecs-secrets.sarif");
	writeFileSync(file, JSON.stringify(log));
	return file;
}
function isObject(data) {
	return typeof data === "object" && data !== null && !Array.isArray(data);
}
function objectsIn(list) {
	return Array.isArray(list) ? list.filter(isObject) : [];
}
/** A runner refuses outputs that together are longer than 1 MB (docs.github.com, "Setting an output parameter"). */
const longest = 9e5;
function jsonOf(document) {
	if (!document) return "";
	const text = JSON.stringify(document);
	if (Buffer.byteLength(text) <= longest) return text;
	warning(`the output json is empty, since the document is longer than ${longest} bytes`);
	return "";
}
function deploymentIds({ deployments, rollback }) {
	return [...objectsIn(deployments), ...isObject(rollback) ? objectsIn(rollback.deployments) : []].flatMap(({ deploymentId: id }) => typeof id === "string" ? [id] : []);
}
/** Whether the document of a command (docs/json.md) says that something was written in AWS. */
function hasChanged({ name, left: { data } }) {
	if (!isObject(data) || data.dryRun === true) return false;
	if (name === "delete" || name === "role delete") return true;
	const { changes, roleChanges, deployments, deleted, stored, secrets, keys } = data;
	return [
		data,
		...objectsIn(secrets),
		...objectsIn(keys)
	].some(isWritten) || [
		changes,
		roleChanges,
		deployments,
		deleted
	].some(isFilled) || typeof stored === "number" && stored > 0;
}
function isWritten({ action }) {
	return [
		"created",
		"updated",
		"deleted",
		"registered",
		"restored"
	].includes(String(action));
}
function isFilled(list) {
	return Array.isArray(list) && list.length > 0;
}
// action/src/run-command.ts
/**
* Runs one command line, with the output of the action as its own. Rejects if the program cannot be started; its
* own failure is an exit code.
*/
async function runCommand(program, words, { region, json }) {
	const folder = await mkdtemp(join(process.env.RUNNER_TEMP ?? tmpdir(), "ecs-secrets-"));
	const file = join(folder, "result.json");
	try {
		const exitCode = await exitCodeOf(program, words, {
			...withoutInputs(process.env),
			ECS_SECRETS_RESULT_FILE: file,
			...region !== "" && { ECS_SECRETS_REGION: region },
			...json && { ECS_SECRETS_JSON: "1" }
		});
		const text = await readFile(file, "utf8").catch(() => "{}");
		const left = JSON.parse(text);
		return {
			name: left.command ?? words[0] ?? "",
			exitCode,
			left
		};
	} finally {
		await rm(folder, {
			recursive: true,
			force: true
		});
	}
}
function exitCodeOf(program, words, env) {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [program, ...words], {
			env,
			stdio: [
				"ignore",
				"inherit",
				"inherit"
			]
		});
		const pass = (signal) => {
			child.kill(signal);
		};
		for (const signal of signals) process.on(signal, pass);
		const end = () => {
			for (const signal of signals) process.off(signal, pass);
		};
		child.on("error", (error) => {
			end();
			reject(error);
		});
		child.on("close", (code) => {
			end();
			resolve(code ?? killed);
		});
	});
}
const signals = ["SIGINT", "SIGTERM"];
/** Exit code of a command that ended without one. */
const killed = 130;
/** The environment without the inputs of the action, which are nothing to programs that `exec` runs. */
function withoutInputs(env) {
	return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("INPUT_")));
}
// action/src/words.ts
/** What is wrong with the input `command`, for the one annotation. */
var InvalidCommand = class extends Error {};
/**
* The command lines of the input `command`, as the words that a POSIX shell would make of them: quotes and
* backslashes are understood, and a backslash at the end of a line continues it. No shell runs: there are no
* variables, redirections or pipes, and what looks like one is refused unless it is quoted. Empty lines and
* lines that begin with `#` are skipped; `ecs-secrets` in front is optional. Throws InvalidCommand.
*/
function commandsIn(input) {
	return input.replaceAll("\r\n", "\n").replaceAll(/\\\n[ \t]*/g, " ").split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#")).map((line) => wordsIn(line)).map((words) => words[0] === "ecs-secrets" ? words.slice(1) : words);
}
/** The words of one line. Throws InvalidCommand. */
function wordsIn(line) {
	return [...line.matchAll(word)].map(([text, unclosed]) => {
		if (unclosed !== void 0) throw new InvalidCommand(`a quote (${unclosed}) is not closed`);
		const bare = text.replaceAll(piece, "");
		const expanded = text.replaceAll(piece, (_all, _single, double) => (double ?? "").replaceAll(/\\./g, ""));
		const special = /\$[\w{(]|`/.exec(expanded) ?? /[|<>;&]/.exec(bare);
		if (special) throw new InvalidCommand(`${special[0]} has no meaning here: ${hintFor(special[0])}`);
		return text.replaceAll(piece, unquoted);
	});
}
const word = /(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\]|\\$|(['"]).*)+/g;
const piece = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g;
function unquoted(_all, single, double, escaped) {
	if (single !== void 0) return single;
	return double?.replaceAll(/\\(["\\$`])/g, "$1") ?? escaped ?? "";
}
function hintFor(special) {
	return special.startsWith("$") ? "no shell runs the command; use ${{ env.NAME }}, or quote it with ''" : "no shell runs the command; quote it with '' if it is part of a word";
}
// action/src/index.ts
try {
	const commands = commandsToRun();
	const program = findProgram(getInput("version"));
	const settings = {
		region: getInput("region"),
		json: getBooleanInput("json")
	};
	const runs = [];
	for (const words of commands) {
		const run = await runCommand(program, words, settings);
		runs.push(run);
		if (run.exitCode !== 0) break;
	}
	finish(runs);
} catch (error) {
	setFailed(error instanceof Error ? error.message : String(error));
}
/** The command lines in their order: the check of the role comes first. Throws InvalidCommand. */
function commandsToRun() {
	const role = wordsIn(getInput("role-to-check").trim());
	const commands = [...role.length > 0 ? [[
		"role",
		"check",
		...role
	]] : [], ...commandsIn(getInput("command"))];
	if (commands.length === 0) throw new Error("nothing to do: set the input command or role-to-check");
	return commands;
}
function finish(runs) {
	for (const [name, value] of Object.entries(outputsOf(runs))) setOutput(name, value);
	const sarif = writeSarif(runs);
	if (sarif !== void 0) setOutput("sarif-file", sarif);
	const annotated = annotate(runs.flatMap(({ left }) => left.checked ?? []));
	const last = runs.at(-1);
	if (!last || last.exitCode === 0) return;
	if (!(last.exitCode === exitCodes.findings && annotated)) setFailed(problemOf(last));
	process.exitCode = last.exitCode;
}
function problemOf({ name, exitCode, left: { error } }) {
	if (!error) return `ecs-secrets ${name}: exit code ${exitCode}`;
	return error.hint === void 0 ? error.message : `${error.message}\nhint: ${error.hint}`;
}
export {};
