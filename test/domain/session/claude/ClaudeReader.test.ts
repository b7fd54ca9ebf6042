import { assert, describe, it } from "@effect/vitest"
import { claudeFile } from "../../../../src/domain/session/claude/ClaudeFile.js"
import { ClaudeReader } from "../../../../src/domain/session/claude/ClaudeReader.js"
import { RecordReader } from "../../../../src/domain/session/records/RecordReading.js"
import type { SessionReading } from "../../../../src/domain/session/SessionReading.js"
import { redact } from "../../../../src/domain/privacy/Redaction.js"
import { sessionTitle, wordsToAssistant } from "../../../../src/domain/text/TypedParts.js"
import { cwdOf } from "../../../../src/domain/thread/ThreadFacts.js"
import { ClaudeBuilder } from "../../../support/claudeBuilder.js"
import { outline, splitWhole } from "../../../support/reading.js"

const session = "6f1e2d3c-1111-4222-8333-444455556666"
const other = "7a0b1c2d-1111-4222-8333-444455557777"

const make = (fields = {}) => new ClaudeBuilder(session, fields)

const readText = (text: string, id = session): SessionReading => {
  const reader = new ClaudeReader(claudeFile(`/claude/projects/-p/${id}.jsonl`))
  const records = new RecordReader(1_000_000, redact, "/home/ada/memories")
  splitWhole(text)
    .flatMap((line) => reader.read(line))
    .forEach((line) => records.add(line))
  return records.result()
}

const read = (builder: ClaudeBuilder, id = session): SessionReading => readText(builder.text(), id)
const told = (builder: ClaudeBuilder, id = session): ReadonlyArray<string> => outline(read(builder, id).evidence.events)

const editOf = (path: string, before: string, after: string) => ({
  filePath: path,
  oldString: before,
  newString: after,
  originalFile: `keep\n${before}\nkeep\n`,
  structuredPatch: [{ oldStart: 1, oldLines: 3, newStart: 1, newLines: 3, lines: [" keep", `-${before}`, `+${after}`] }]
})

describe("a transcript of Claude Code", () => {
  it("a repair is read with its commands, codes, edit and ending", () => {
    const { evidence, facts } = read(
      make()
        .typed("Fix the failing test")
        .command("node --test", "AssertionError: 3 == 15\n", 1)
        .tool(
          "Edit",
          { file_path: "/home/ada/projects/ferry/src/tides.js", old_string: "a + b", new_string: "a * b" },
          {
            text: "The file has been updated.",
            beside: editOf("/home/ada/projects/ferry/src/tides.js", "a + b", "a * b")
          }
        )
        .command("node --test", "# pass 1\n")
        .answer("Fixed.")
        .record("system", { subtype: "turn_duration", durationMs: 5 })
    )
    assert.deepStrictEqual(outline(evidence.events), [
      "user: Fix the failing test",
      "command: node --test -> 1",
      "edit: update /home/ada/projects/ferry/src/tides.js",
      "command: node --test -> 0",
      "assistant: Fixed.",
      "done"
    ])
    const edit = evidence.events.find((event) => event._tag === "FileEdit")
    assert.deepInclude(edit?.changes[0], { before: "a + b", after: "a * b" })
    assert.isTrue(evidence.finished)
    assert.strictEqual(evidence.directory, "/home/ada/projects/ferry")
    assert.strictEqual(cwdOf(facts), "/home/ada/projects/ferry")
    assert.strictEqual(facts.firstWords, "Fix the failing test")
    assert.deepInclude(facts.meta, { id: session, source: "cli", cli_version: "2.1.332", model_provider: "anthropic" })
    assert.strictEqual(facts.meta?.git?.branch, "main")
  })

  it("the exit code and the output of a failed command are separated", () => {
    const { evidence } = read(make().typed("run").command("npm test", "Error: no such file\n", 127))
    const command = evidence.events.find((event) => event._tag === "CommandRun")
    assert.deepInclude(command?.output, { exitCode: 127, text: "Error: no such file", end: "exited" })
  })

  it("the codes of commands are those that their results tell, in each form", () => {
    const builder = make()
      .typed("run")
      .tool(
        "Bash",
        { command: "grep x y" },
        { text: "", beside: { stdout: "", returnCodeInterpretation: "No matches found" } }
      )
      .tool("Bash", { command: "sleep 9" }, { text: "half", beside: { stdout: "half", interrupted: true } })
      .tool("Bash", { command: "make" }, { text: "Command timed out after 2m 0.0s\nbuilding", failed: true })
      .tool(
        "Bash",
        { command: "rm -r build" },
        { text: "Permission to use Bash with command rm has been denied.", failed: true }
      )
      .tool(
        "Bash",
        { command: "npm i" },
        { text: "<tool_use_error>InputValidationError: no</tool_use_error>", failed: true }
      )
      .tool("Bash", { command: "true" })
    assert.deepStrictEqual(told(builder).slice(1), [
      "command: grep x y -> 1",
      "command: sleep 9 -> interrupted",
      "command: make -> timed out",
      "command: rm -r build -> refused",
      "command: npm i -> not started",
      "command: true -> open"
    ])
  })

  it("a background command gets its code from the report about its task", () => {
    const report = (code: number) =>
      `<task-notification>\n<task-id>b1</task-id>\n<status>completed</status>\n<summary>Background command "x" completed (exit code ${code})</summary>\n</task-notification>`
    const builder = make()
      .typed("run it")
      .tool(
        "Bash",
        { command: "npm test" },
        { text: "Command running in background with ID: b1", beside: { backgroundTaskId: "b1" } }
      )
    assert.deepStrictEqual(told(builder)[1], "command: npm test -> running")
    builder.user(report(2), { origin: { kind: "task-notification" }, promptSource: "system" })
    assert.deepStrictEqual(told(builder), ["user: run it", "command: npm test -> 2"])
  })

  it("a command that the user ran with ! is the user's own", () => {
    const builder = make()
      .user("<bash-input> npm run lint</bash-input>")
      .user("<bash-stdout>clean</bash-stdout><bash-stderr></bash-stderr>")
    const [command] = read(builder).evidence.events
    assert.deepInclude(command, { _tag: "CommandRun", provenance: "user", command: "npm run lint" })
  })

  it("parallel calls keep their results, in whatever order these come", () => {
    const call = (id: string, command: string) => ({
      message: { content: [{ type: "tool_use", id, name: "Bash", input: { command } }], stop_reason: "tool_use" }
    })
    const result = (id: string, content: string, failed: boolean) => [
      { type: "tool_result", tool_use_id: id, content, is_error: failed }
    ]
    const builder = make().typed("two things").record("assistant", call("a", "npm test"))
    const first = builder.last
    builder.record("assistant", call("b", "npm run lint"))
    builder
      .user(result("b", "Exit code 3\nbad", true))
      .from(first)
      .user(result("a", "ok", false))
      .answer("Done.")
    assert.deepStrictEqual(told(builder), [
      "user: two things",
      "command: npm test -> 0",
      "command: npm run lint -> 3",
      "assistant: Done.",
      "done"
    ])
  })

  it("a branch that a rewind left is no evidence", () => {
    const builder = make().typed("first").answer("One.")
    const fork = builder.last
    builder.typed("second, always use tabs").command("npm test", "", 1).answer("Two.").from(fork)
    builder.typed("third").answer("Three.")
    assert.deepStrictEqual(told(builder), [
      "user: first",
      "assistant: One.",
      "done",
      "user: third",
      "assistant: Three.",
      "done"
    ])
    // Back to before the second prompt of the branch that is left now, over two turns.
    builder.typed("fourth").answer("Four.").from(fork).typed("fifth")
    assert.deepStrictEqual(told(builder).slice(3), ["user: fifth"])
  })

  it("a rewind to the first prompt leaves nothing of the first", () => {
    const builder = make().typed("first").answer("One.").from(null).typed("instead")
    assert.deepStrictEqual(told(builder), ["user: instead"])
    assert.strictEqual(read(builder).facts.firstWords, "instead")
  })

  it("a compaction tells nothing twice", () => {
    const builder = make().typed("Add a parser").answer("Added.").from(null)
    builder.record("system", { subtype: "compact_boundary", compactMetadata: { trigger: "auto" } })
    builder.user(
      "This session is being continued from a previous conversation that ran out of context. Always use tabs.",
      {
        isCompactSummary: true,
        isVisibleInTranscriptOnly: true
      }
    )
    builder.typed("go on")
    assert.deepStrictEqual(told(builder), [
      "user: Add a parser",
      "assistant: Added.",
      "compacted",
      "done",
      "user: go on"
    ])
  })

  it("a prompt after a compaction undoes nothing, even without a parent", () => {
    const builder = make().typed("Add a parser").answer("Added.").from(null)
    builder.record("system", { subtype: "compact_boundary" }).from(null).typed("go on")
    assert.include(told(builder), "user: Add a parser")
  })

  it("a forked session tells nothing of the session that it copied", () => {
    const origin = make().typed("Add a helper").command("npm test", "", 1).answer("Added.")
    const copied = origin.lines.map((line) => {
      const record = JSON.parse(line)
      return JSON.stringify({
        ...record,
        sessionId: other,
        ...(record.type === "assistant" ? { requestSessionId: session } : {})
      })
    })
    const fork = new ClaudeBuilder(other)
    copied.forEach((line) => fork.raw(line))
    fork.from(origin.last).typed("What unit does it print?").answer("Knots.")
    assert.deepStrictEqual(told(fork, other), ["user: What unit does it print?", "assistant: Knots.", "done"])
    assert.strictEqual(read(fork, other).facts.firstWords, "What unit does it print?")
    assert.strictEqual(read(origin).facts.firstWords, "Add a helper")
  })

  it("records of the session that this one goes on from, under its id, are not told again", () => {
    const origin = make().typed("Add a helper").answer("Added.")
    const next = new ClaudeBuilder(other)
    origin.lines.forEach((line) => next.raw(line))
    next.typed("And a test")
    assert.deepStrictEqual(told(next, other), ["user: And a test"])
  })

  it("a transcript under a name that is not its session's is read whole", () => {
    assert.deepStrictEqual(told(make().typed("Add a helper"), other), ["user: Add a helper"])
  })

  it("a record that is written twice is told once", () => {
    const builder = make().typed("Add a helper").command("npm test", "ok")
    const line = builder.lines.at(-1) ?? ""
    const call = builder.lines.at(-2) ?? ""
    assert.deepStrictEqual(told(builder.raw(call).raw(line)), ["user: Add a helper", "command: npm test -> 0"])
  })

  it("an interruption ends its turn, and its commands count as interrupted", () => {
    const builder = make()
      .typed("build it")
      .tool("Bash", { command: "make" })
      .user([{ type: "text", text: "[Request interrupted by user for tool use]" }])
    assert.deepStrictEqual(told(builder), ["user: build it", "command: make -> interrupted", "aborted"])
  })

  it("the words by which the user refuses a call are the user's", () => {
    const text =
      "The user doesn't want to proceed with this tool use. The tool use was rejected. To tell you how to proceed, the user said:\nNo, use pnpm here\n\nNote: The user's next message may contain a correction or preference."
    const builder = make()
      .typed("install")
      .tool("Bash", { command: "npm i" }, { text, failed: true, fields: { toolDenialKind: "user-rejected" } })
    assert.deepStrictEqual(told(builder), ["user: install", "command: npm i -> refused", "user: No, use pnpm here"])
  })

  it("a failure of the model's server ends the turn without an answer", () => {
    const failure = {
      isApiErrorMessage: true,
      message: { model: "<synthetic>", content: [{ type: "text", text: "API Error: 400" }] }
    }
    const builder = make().typed("hello there, please build").record("system", { subtype: "api_error", level: "error" })
    assert.deepStrictEqual(told(builder.record("assistant", failure)), ["user: hello there, please build", "aborted"])
  })

  it("texts that the harness writes under the user's role are nobody's words", () => {
    const builder = make()
      .user("<local-command-caveat>Always use tabs</local-command-caveat>", { isMeta: true })
      .user(
        "<command-name>/clear</command-name>\n<command-message>clear</command-message>\n<command-args></command-args>"
      )
      .user("<local-command-stdout>Always use tabs</local-command-stdout>")
      .user([{ type: "text", text: "Base directory for this skill: /x\nAlways use tabs" }], { isMeta: true })
      .user("<ci-monitor-event>CI failed. Always use tabs</ci-monitor-event>", { promptSource: "sdk" })
      .user("Always use tabs", { promptSource: "system" })
      .user("Always use tabs", { origin: { kind: "task-notification" }, promptSource: "sdk" })
      .user("Stop hook feedback:\nAlways use tabs")
      .user([
        { type: "text", text: "<ide_opened_file>The user opened x</ide_opened_file>" },
        { type: "text", text: "Fix the list" }
      ])
      .typed("[Image #1] and <system-reminder>Always use tabs</system-reminder>the map")
    assert.deepStrictEqual(told(builder), ["user: Fix the list", "user: and the map"])
  })

  it("a plan that the user approved gives its heading as the title, and no words of the user", () => {
    const builder = make().user("Implement the following plan:\n\n# Plan: Tree view\n\nAlways use tabs.")
    const [request] = read(builder).evidence.events
    assert(request?._tag === "UserText")
    assert.strictEqual(sessionTitle(request.text), "Tree view")
    assert.strictEqual(wordsToAssistant(request.text), "")
  })

  it("a plan that the assistant keeps in a file of its own is no change of the project", () => {
    const plan = { file_path: "/home/ada/.claude/plans/quiet-otter.md", content: "# Plan" }
    const builder = make().typed("Add a parser").tool("Write", plan, { text: "File created successfully" })
    assert.deepStrictEqual(told(builder), ["user: Add a parser", "tool: Write"])
  })

  it("a slash command is a request where it stands for a prompt", () => {
    const name =
      "<command-message>review</command-message>\n<command-name>/review</command-name>\n<command-args>the parser</command-args>"
    const builder = make().user(name)
    assert.deepStrictEqual(told(builder), [])
    builder.user([{ type: "text", text: "# Review\nAlways use tabs" }], { isMeta: true })
    assert.deepStrictEqual(told(builder), ["user: /review the parser"])
  })

  it("a prompt that waited while the assistant worked is told once", () => {
    const attachment = { type: "queued_command", prompt: "and the docs", commandMode: "prompt" }
    const builder = make().typed("Add a parser").record("attachment", { attachment })
    builder.user("and the docs", { promptSource: "queued", origin: { kind: "human" } })
    assert.deepStrictEqual(told(builder), ["user: Add a parser", "user: and the docs"])
  })

  it("an answer to a question of the assistant is the user's, with the question", () => {
    const questions = [{ question: "Which store?", options: [{ label: "SQLite" }] }]
    const builder = make()
      .typed("Add a store")
      .tool(
        "AskUserQuestion",
        { questions },
        { text: "User has answered", beside: { questions, answers: { "Which store?": "SQLite" } } }
      )
      .tool(
        "AskUserQuestion",
        { questions },
        { text: 'User has answered your questions: "Which \\"name\\"?"="tides". You can go on.' }
      )
    const answers = read(builder).evidence.events.filter(
      (event) => event._tag === "UserText" && event.kind === "answer"
    )
    assert.deepStrictEqual(
      answers.map((event) => (event._tag === "UserText" ? [event.question, event.text] : [])),
      [
        ["Which store?", "SQLite"],
        ['Which "name"?', "tides"]
      ]
    )
  })

  it("the plan has the tasks that are not done, in each form of the tools for it", () => {
    const todos = [
      { content: "write", status: "completed" },
      { content: "test", status: "pending" }
    ]
    assert.deepStrictEqual(read(make().typed("go").tool("TodoWrite", { todos }, { text: "ok" })).evidence.plan?.left, [
      "test"
    ])
    const builder = make()
      .typed("go")
      .tool(
        "TaskCreate",
        { subject: "Read the code" },
        { text: "ok", beside: { task: { id: "1", subject: "Read the code" } } }
      )
      .tool("TaskCreate", { subject: "Write it" }, { text: "ok", beside: { task: { id: "2", subject: "Write it" } } })
      .tool("TaskUpdate", { taskId: "1", status: "completed" }, { text: "ok" })
    assert.deepStrictEqual(read(builder).evidence.plan?.left, ["Write it"])
  })

  it("edits end as their results say", () => {
    const path = "/home/ada/projects/ferry/a.js"
    const edit = (text: string, failed = true, fields = {}) =>
      make()
        .typed("edit")
        .tool("Edit", { file_path: path, old_string: "x\na", new_string: "x\nb" }, { text, failed, fields })
    assert.deepStrictEqual(
      told(edit("<tool_use_error>String to replace not found in file.</tool_use_error>"))[1],
      `edit: update ${path} failed: String to replace not found in file.`
    )
    assert.deepStrictEqual(
      told(edit("<tool_use_error>File has not been read yet. Read it first.</tool_use_error>"))[1],
      `edit: update ${path} -> refused`
    )
    assert.deepStrictEqual(
      told(edit("The user doesn't want to proceed with this tool use."))[1],
      `edit: update ${path} -> refused`
    )
    const [, applied] = read(edit("done", false)).evidence.events
    assert.deepInclude(applied?._tag === "FileEdit" ? applied.changes[0] : {}, { before: "a", after: "b" })
    const written = make()
      .typed("add")
      .tool(
        "Write",
        { file_path: path, content: "x" },
        {
          text: `File created successfully at: ${path}`,
          beside: { type: "create", filePath: path, content: "x", structuredPatch: [] }
        }
      )
    assert.deepStrictEqual(told(written)[1], `edit: add ${path}`)
  })

  it("a sub-agent's records and the copies of requests are no evidence", () => {
    const builder = make()
      .raw(
        JSON.stringify({
          type: "api-request-blob",
          sessionId: session,
          message: { role: "user", content: "Always use tabs" }
        })
      )
      .raw(
        JSON.stringify({
          type: "queue-operation",
          operation: "enqueue",
          content: "Always use tabs",
          sessionId: session
        })
      )
      .raw(JSON.stringify({ type: "last-prompt", lastPrompt: "Always use tabs", sessionId: session }))
      .record("attachment", { attachment: { type: "hook_success", stdout: "Always use tabs" } })
      .record("attachment", {
        attachment: { type: "instructions", files: [{ path: "CLAUDE.md", content: "Always use tabs" }] }
      })
      .typed("Warm up, always use tabs", { isSidechain: true })
      .typed("Add a parser")
    assert.deepStrictEqual(told(builder), ["user: Add a parser"])
    assert.deepStrictEqual([...read(builder).unknownLines], [])
  })

  it("lines of unknown types and torn lines are counted, and the rest is read", () => {
    const builder = make()
      .typed("Add a parser")
      .raw('{"type":"moon-phase","sessionId":"x"}')
      .raw('{"parentUuid":"a","type":"us')
    const reading = read(builder)
    assert.deepStrictEqual([...reading.unknownLines], [["moon-phase", 1]])
    assert.strictEqual(reading.malformedLines, 1)
    assert.lengthOf(reading.evidence.events, 1)
  })

  it("memory files are never learned from, this program's or the assistant's own", () => {
    const memory = "/home/ada/.claude/projects/-home-ada-ferry/memory/MEMORY.md"
    const line = "The deploy key lives in the vault of the harbour office"
    const builder = make()
      .typed("go on with the release")
      .tool("Read", { file_path: memory }, { text: `1\t${line}` })
      .tool("Bash", { command: `cat ${memory}` }, { text: line })
      .tool("Edit", { file_path: memory, old_string: "a", new_string: "b" }, { text: "ok" })
      .answer(`I will go on.\n${line}`)
    assert.deepStrictEqual(told(builder), ["user: go on with the release", "assistant: I will go on.", "done"])
  })

  it("secrets and private text are in nothing that is read", () => {
    const token = ["ghp", "_", "a1B2c3D4e5F6a7B8c9D0e1F2a3B4c5D6e7F8"].join("")
    const builder = make()
      .typed(`use ${token} <private>my salary is 7</private> to push`)
      .command("cat .env", `TOKEN=${token}\n`)
      .command("base64 -d key", "hunter2hunter2\n")
      .answer("It was hunter2hunter2.")
    const text = JSON.stringify(read(builder))
    assert.notInclude(text, token)
    assert.notInclude(text, "salary")
    assert.notInclude(text, "hunter2hunter2")
  })

  it("a shell that moves within the project stays with it, and a session resumed elsewhere goes on there", () => {
    const web = { cwd: "/home/ada/projects/ferry/web" }
    const builder = make()
      .typed("build the page")
      .record("assistant", {
        ...web,
        message: { content: [{ type: "tool_use", id: "t1", name: "Bash", input: { command: "npm test" } }] }
      })
      .typed("again", web)
      .typed("and here", { cwd: "/home/ada/projects/harbour" })
    const { events } = read(builder).evidence
    assert.deepStrictEqual(
      events.map((event) => event.directory),
      ["/home/ada/projects/ferry", web.cwd, "/home/ada/projects/ferry", "/home/ada/projects/harbour"]
    )
    assert.deepInclude(events[1], { sessionDirectory: "/home/ada/projects/ferry" })
  })

  it("older versions, which state no origin and no reason of an end, are read by their texts", () => {
    const builder = make()
      .user("Fix the list")
      .user("<command-name>/cost</command-name>")
      .answer("I look at it.", null)
      .command("npm test", "ok")
      .answer("It is fixed.", null)
    assert.deepStrictEqual(told(builder), [
      "user: Fix the list",
      "assistant: I look at it.",
      "command: npm test -> 0",
      "assistant: It is fixed."
    ])
  })

  it("the sources of sessions have the names that Codex's have", () => {
    const sourceOf = (entrypoint: string) => read(make({ entrypoint }).typed("hello, fix it")).facts.meta?.source
    assert.deepStrictEqual(["cli", "sdk-cli", "claude-vscode", "remote"].map(sourceOf), [
      "cli",
      "exec",
      "vscode",
      "remote"
    ])
  })

  it("a name that the user gave the session is its name", () => {
    const builder = make()
      .typed("Fix it")
      .raw(JSON.stringify({ type: "custom-title", customTitle: " Tides ", sessionId: session }))
    assert.strictEqual(read(builder).facts.threadName, "Tides")
  })
})
