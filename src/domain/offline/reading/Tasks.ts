import type { AssistantText, Interruption, SessionEvent, TurnEnd, UserText } from "../../session/SessionEvent.js"
import { type Step, type StepContext, stepOf } from "./Steps.js"
import { readUserWord, type UserWord } from "./UserWord.js"

/** A message of the user, and its meaning for the work before it. */
export interface Asked {
  readonly _tag: "Asked"
  readonly line: number
  readonly kind: UserText["kind"]
  readonly text: string
  /** The assistant's question, if the message answers one. */
  readonly question?: string
  readonly word: UserWord
}

/** An event of a task: a step, a message, or the end of a turn. The events of a task are in the session's order. */
export type TaskItem = Step | Asked | AssistantText | Interruption | TurnEnd

/** A part of a session: a request of the user, and all the work and messages that belong to it. */
export interface Task {
  /**
   * The user's messages in the task; the first is the request itself. Empty for work that nobody requested in this
   * rollout.
   */
  readonly requests: ReadonlyArray<Asked>
  readonly items: ReadonlyArray<TaskItem>
  /**
   * The user's message directly after the task. It starts another task, but may still judge this one; undefined for the
   * last task.
   */
  readonly closing: Asked | undefined
  /** True for the last task of the session. */
  readonly isLast: boolean
}

interface OpenTask {
  readonly requests: Array<Asked>
  readonly items: Array<TaskItem>
  closing: Asked | undefined
}

const isStep = (item: TaskItem): item is Step =>
  item._tag === "CommandStep" || item._tag === "EditStep" || item._tag === "ToolStep"

/** Returns the steps of a task. */
export const stepsOf = (task: Pick<Task, "items">): ReadonlyArray<Step> => task.items.filter(isStep)

/** Returns the user's messages in a task after the request itself. */
export const followUpsOf = (task: Pick<Task, "requests">): ReadonlyArray<Asked> => task.requests.slice(1)

/** Returns the line of the user's message that gave up the request of a task; 0 if there is none. */
export const droppedAt = (task: Pick<Task, "requests">): number =>
  followUpsOf(task).findLast(({ word }) => word.stance === "drops")?.line ?? 0

/** Returns the assistant's messages in a task. */
export const saidIn = (task: Pick<Task, "items">): ReadonlyArray<AssistantText> =>
  task.items.filter((item) => item._tag === "AssistantText")

/**
 * True if a message belongs to the current task. A second message before any work adds to the request; an answer
 * belongs to the task in which the question was asked; a goal always starts a new task.
 */
const goesOn = (open: OpenTask | undefined, { kind, word }: Asked): boolean => {
  const last = open?.items.at(-1)
  return (
    open !== undefined &&
    (isAnswer(kind) || (open.requests.length > 0 && kind !== "goal" && (word.continues || last?._tag === "Asked")))
  )
}

const isAnswer = (kind: UserText["kind"]): boolean => kind === "answer" || kind === "note"

/** True if a step did more than show something. */
const isWork = (step: Step): boolean =>
  step._tag === "ToolStep" || (step._tag === "EditStep" ? step.changes.length > 0 : !step.isLook)

/**
 * True if memory should mention a task: it has a request that is more than a greeting, or work, or the assistant
 * reported on what it read.
 */
const isWorthTelling = (task: OpenTask): boolean =>
  task.requests.some(({ word }) => !word.isGreeting) ||
  stepsOf(task).some(isWork) ||
  (stepsOf(task).length > 0 && task.requests.length === 0 && saidIn(task).length > 0)

/** True for an event that ends or interrupts a turn. */
export const endsTurn = (item: TaskItem | SessionEvent | undefined): item is Interruption | TurnEnd =>
  item?._tag === "TurnEnd" || item?._tag === "Interruption"

/**
 * True if a message of the assistant reports no work: it is the summary before a compaction, or follows the end of a
 * turn.
 */
const isHandoff = (event: SessionEvent, open: OpenTask | undefined): boolean =>
  event._tag === "AssistantText" &&
  (endsTurn(open?.items.at(-1)) ||
    /^(?:\*\*|#{1,4} )?(?:Handoff summary|(?:Conversation|Context|Session) summary|Summary of the (?:conversation|session))/i.test(
      event.text
    ))

/** Splits a session into tasks. A new task starts at each request for something new. */
export const tasksOf = (events: ReadonlyArray<SessionEvent>, context: StepContext): ReadonlyArray<Task> => {
  const tasks: Array<OpenTask> = []
  let open: OpenTask | undefined
  const begin = (): OpenTask => {
    const task: OpenTask = { requests: [], items: [], closing: undefined }
    tasks.push(task)
    return task
  }
  for (const event of events) {
    if (event._tag === "UserText") {
      open = ask(event, open, begin)
    } else if (!isHandoff(event, open)) {
      const item = event._tag === "AssistantText" || endsTurn(event) ? event : stepOf(event, context)
      if (item !== undefined) {
        open ??= begin()
        open.items.push(item)
      }
    }
  }
  const told = tasks.filter(isWorthTelling)
  return told.map((task, index) => ({ ...task, isLast: index === told.length - 1 }))
}

const ask = (event: UserText, open: OpenTask | undefined, begin: () => OpenTask): OpenTask => {
  const isFirst = open === undefined || open.requests.every(({ word }) => word.isGreeting)
  const { kind, line, question, text } = event
  // An answer to a question, and a goal to pursue, say nothing of the work before them.
  const word: UserWord =
    kind === "typed" ? readUserWord(text, isFirst) : { stance: "neither", continues: isAnswer(kind), isGreeting: false }
  const asked: Asked = { _tag: "Asked", line, kind, text, ...(question === undefined ? {} : { question }), word }
  const goes = goesOn(open, asked)
  if (open !== undefined && !goes) {
    open.closing = asked
  }
  const task = open !== undefined && goes ? open : begin()
  task.requests.push(asked)
  task.items.push(asked)
  return task
}
