import { RolloutBuilder, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import type { Change, QualityProject, QualitySession, Ran, RolloutForm, Step } from "./session.js"

/** The minutes between the starts of two sessions. */
const minutesApart = 15

/** The number of a fixture for the session of a project, by the positions of both. */
export const fixtureNumber = (project: number, session: number): number => (session * 10 + project + 1) * minutesApart

/** The thread id of a session. */
export const threadIdFor = (project: number, session: number): string => threadIdOf(fixtureNumber(project, session))

const versions = { shell: "0.58.0", exec: "0.118.0", script: "0.146.0", items: "0.169.0" } satisfies {
  readonly [form in RolloutForm]: string
}

const prefixed = (mark: string, text: string): string =>
  text
    .split("\n")
    .map((line) => `${mark}${line}`)
    .join("\n")

const changeText = (change: Change): string => {
  switch (change._tag) {
    case "Update":
      return `*** Update File: ${change.path}\n@@\n${prefixed("-", change.before)}\n${prefixed("+", change.after)}`
    case "Add":
      return `*** Add File: ${change.path}\n${prefixed("+", change.text)}`
    case "Delete":
      return `*** Delete File: ${change.path}`
    case "Move":
      return `*** Update File: ${change.path}\n*** Move to: ${change.to}`
  }
}

const patchText = (changes: ReadonlyArray<Change>): string =>
  `*** Begin Patch\n${changes.map(changeText).join("\n")}\n*** End Patch`

const letters = { Update: "M", Add: "A", Delete: "D", Move: "M" } satisfies { readonly [tag in Change["_tag"]]: string }

const patchOutput = (changes: ReadonlyArray<Change>): string =>
  `Success. Updated the following files:\n${changes.map((change) => `${letters[change._tag]} ${change._tag === "Move" ? change.to : change.path}`).join("\n")}\n`

/** A change as a `FileChange` item has it. */
const changeItem = (change: Change) => {
  switch (change._tag) {
    case "Update":
      return {
        type: "update",
        unified_diff: `@@ -1 +1 @@\n${prefixed("-", change.before)}\n${prefixed("+", change.after)}\n`,
        move_path: null
      }
    case "Add":
      return { type: "add", content: `${change.text}\n` }
    case "Delete":
      return { type: "delete", content: "" }
    case "Move":
      return { type: "update", unified_diff: "", move_path: change.to }
  }
}

/** Writes the steps of one session into a rollout of a form. */
class SessionWriter {
  private calls = 0
  private isInTurn = false
  private readonly builder: RolloutBuilder
  private readonly project: QualityProject
  private readonly form: RolloutForm

  constructor(builder: RolloutBuilder, project: QualityProject, form: RolloutForm) {
    this.builder = builder
    this.project = project
    this.form = form
  }

  /** Begins a turn, and ends the one before. */
  private begin(): void {
    this.end()
    this.isInTurn = true
    this.builder.event({ type: "task_started", turn_id: "turn" }).turnContext({ cwd: this.project.cwd })
  }

  /** Ends the turn, if there is one. */
  end(): void {
    if (this.isInTurn) {
      this.builder.turnEnd()
    }
    this.isInTurn = false
  }

  /** Writes the words of the user. */
  private userText(text: string): void {
    if (this.form === "items") {
      this.builder.message("user", text).completed({ type: "UserMessage", content: [{ type: "text", text }] })
    } else {
      this.builder.user(text)
    }
  }

  /** Writes the words of the assistant. */
  private assistantText(text: string, isFinal: boolean): void {
    const phase = isFinal ? "final_answer" : "commentary"
    const item = { type: "message", role: "assistant", content: [{ type: "output_text", text }] }
    if (this.form === "items") {
      this.builder
        .completed({ type: "AgentMessage", content: [{ type: "Text", text }], phase })
        .item({ ...item, phase })
    } else {
      this.builder
        .event({ type: "agent_message", message: text })
        .item(this.form === "shell" ? item : { ...item, phase })
    }
  }

  /** Writes a command of one call, with `shell`. */
  private shellCommand({ command, exitCode, isEscalated, outputs, workdir }: Ran): void {
    const id = this.nextCall()
    const escalated = isEscalated === true ? { with_escalated_permissions: true, justification: "It needs access" } : {}
    this.builder
      .functionCall(id, "shell", {
        command: ["bash", "-lc", command],
        workdir: workdir ?? this.project.cwd,
        ...escalated
      })
      .functionOutput(
        id,
        JSON.stringify({ output: outputs.join(""), metadata: { exit_code: exitCode, duration_seconds: 1.2 } })
      )
  }

  /** Writes a command with `exec_command`, and the polls of its output. */
  private execCommand({ exitCode, isAborted, outputs, ...ran }: Ran): void {
    if (isAborted === true) {
      const id = this.nextCall()
      this.builder
        .functionCall(id, "exec_command", this.parameters(ran))
        .functionOutput(id, "Wall time: 4.2 seconds\naborted by user")
      return
    }
    outputs.forEach((output, index) => {
      const id = this.nextCall()
      const state =
        index === outputs.length - 1 ? `Process exited with code ${exitCode}` : "Process running with session ID 4711"
      if (index === 0) {
        this.builder.functionCall(id, "exec_command", this.parameters(ran))
      } else {
        this.builder.functionCall(id, "write_stdin", { session_id: 4711, chars: "", yield_time_ms: 10_000 })
      }
      this.builder.functionOutput(
        id,
        `Chunk ID: ${id.slice(-4)}\nWall time: 1.2000 seconds\n${state}\nOriginal token count: 40\nOutput:\n${output}`
      )
    })
  }

  /** Writes a command as a script that calls the tool; the exit code is in its event alone. */
  private scriptCommand({ command, exitCode, outputs, ...ran }: Ran): void {
    const id = this.nextCall()
    const output = outputs.join("")
    const parameters = this.parameters({ command, ...ran })
    this.builder.customCall(
      id,
      "exec",
      `const r = await tools.exec_command(${JSON.stringify(parameters)});\ntext(r.output);`
    )
    if (this.form === "items") {
      this.builder.completed({
        type: "CommandExecution",
        id: `exec-${id}`,
        command: ["/bin/bash", "-lc", command],
        cwd: `file://${ran.workdir ?? this.project.cwd}`,
        parsed_cmd: [{ type: "unknown", cmd: command }],
        source: "unified_exec_startup",
        status: exitCode === 0 ? "completed" : "failed",
        aggregated_output: output,
        exit_code: exitCode
      })
    }
    this.builder.customOutput(id, [
      { type: "input_text", text: "Script completed\nWall time 1.2 seconds\nOutput:\n" },
      { type: "input_text", text: output }
    ])
  }

  /** Writes a patch. */
  private patch(changes: ReadonlyArray<Change>): void {
    const id = this.nextCall()
    const [text, output] = [patchText(changes), patchOutput(changes)]
    if (this.form === "script") {
      this.builder
        .customCall(id, "exec", `const patch = ${JSON.stringify(text)};\ntext(await tools.apply_patch(patch));`)
        .customOutput(id, [
          { type: "input_text", text: "Script completed\nWall time 0.1 seconds\nOutput:\n" },
          { type: "input_text", text: output }
        ])
      return
    }
    this.builder.customCall(id, "apply_patch", text)
    if (this.form === "items") {
      this.builder.completed({
        type: "FileChange",
        id,
        changes: Object.fromEntries(
          changes.map((change) => [`${this.project.cwd}/${change.path}`, changeItem(change)])
        ),
        status: "completed",
        stdout: output,
        stderr: ""
      })
    }
    this.builder.customOutput(id, `Exit code: 0\nWall time: 0 seconds\nOutput:\n${output}`)
  }

  /** Writes a question with its answer. */
  private answer(question: string, answer: string, note: string | undefined): void {
    const id = this.nextCall()
    this.builder.functionCall(id, "request_user_input", {
      questions: [{ id: "choice", header: "Choice", question, options: [{ label: answer, description: "" }] }]
    })
    const answers = note === undefined ? [answer] : [answer, `user_note: ${note}`]
    this.builder.functionOutput(id, JSON.stringify({ answers: { choice: { answers } } }))
  }

  private parameters({ command, isEscalated, workdir }: Pick<Ran, "command" | "isEscalated" | "workdir">) {
    return {
      cmd: command,
      workdir: workdir ?? this.project.cwd,
      yield_time_ms: 10_000,
      ...(isEscalated === true
        ? { sandbox_permissions: "require_escalated", justification: "May this run outside of the sandbox?" }
        : {})
    }
  }

  private nextCall(): string {
    this.calls++
    return `call_${String(this.calls).padStart(4, "0")}`
  }

  /** Writes one step; `next` is the step after it. */
  step(step: Step, next: Step | undefined): void {
    switch (step._tag) {
      case "Asked":
        this.begin()
        return this.userText(step.text)
      case "Goal":
        this.begin()
        this.builder.event({ type: "thread_goal_updated", goal: { objective: step.objective, status: "active" } })
        return
      case "Said":
        return this.assistantText(step.text, next === undefined || next._tag === "Asked")
      case "Ran":
        return this.form === "shell"
          ? this.shellCommand(step)
          : this.form === "exec"
            ? this.execCommand(step)
            : this.scriptCommand(step)
      case "Patched":
        return this.patch(step.changes)
      case "Answered":
        return this.answer(step.question, step.answer, step.note)
      case "Stopped":
        this.isInTurn = false
        this.builder.event({ type: "turn_aborted", turn_id: "turn", reason: "interrupted" })
    }
  }
}

/** Returns the rollout of a session as the text of its file. */
export const rolloutOf = (project: QualityProject, session: QualitySession, number: number): string => {
  const { form, isCutOff = false, steps } = session
  const start = startOfFixtures + number * 60_000
  const builder = new RolloutBuilder(start, form === "items" ? 0 : undefined).meta({
    id: threadIdOf(number),
    cwd: project.cwd,
    cli_version: versions[form],
    git: { commit_hash: "4f60cec1a2b3c4d5e6f708192a3b4c5d6e7f8091", branch: "main" }
  })
  if (project.instructions !== "") {
    builder.message(
      "user",
      `# AGENTS.md instructions for ${project.cwd}\n\n<INSTRUCTIONS>\n${project.instructions}\n</INSTRUCTIONS>`
    )
  }
  builder.message(
    "user",
    `<environment_context>\n  <cwd>${project.cwd}</cwd>\n  <shell>bash</shell>\n</environment_context>`
  )
  const writer = new SessionWriter(builder, project, form)
  steps.forEach((step, index) => writer.step(step, steps[index + 1]))
  if (!isCutOff) {
    writer.end()
  }
  return builder.text()
}
