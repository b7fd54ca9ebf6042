import type { AssistantText, Interruption, SessionEvent, TurnEnd, UserText } from "../../session/SessionEvent.js"
import { type Step, type StepContext, stepOf } from "./Steps.js"
import { readUserWord, type UserWord } from "./UserWord.js"

/** Something the user typed, and what it says of the work before it. */
export interface Asked {
  readonly _tag: "Asked"
  readonly line: number
  readonly kind: UserText["kind"]
  readonly text: string
  /** The assistant's question that it answers. */
  readonly question?: string
  readonly word: UserWord
}

/** One thing that happened in a task. */
export type TaskItem = Step | Asked | AssistantText | Interruption | TurnEnd

/** A request with everything that was said and done about it, consents and corrections included. */
export interface Task {
  /** The first is the request itself; empty for work that nobody in this rollout asked for. */
  readonly requests: ReadonlyArray<Asked>
  readonly items: ReadonlyArray<TaskItem>
  /** The message after the task, which starts another; it may still say something of this one. */
  readonly closing: Asked | undefined
  /** Whether it is the session's last. */
  readonly isLast: boolean
}

interface OpenTask {
  readonly requests: Array<Asked>
  readonly items: Array<TaskItem>
  closing: Asked | undefined
}

const isStep = (item: TaskItem): item is Step =>
  item._tag === "CommandStep" || item._tag === "EditStep" || item._tag === "ToolStep"

/** The steps of a task. */
export const stepsOf = (task: Pick<Task, "items">): ReadonlyArray<Step> => task.items.filter(isStep)

/** The user's messages after the request itself. */
export const followUpsOf = (task: Pick<Task, "requests">): ReadonlyArray<Asked> => task.requests.slice(1)

/** The assistant's messages in a task. */
export const saidIn = (task: Pick<Task, "items">): ReadonlyArray<AssistantText> =>
  task.items.filter((item) => item._tag === "AssistantText")

/**
 * A second message before anything was done adds to the first, an answer belongs to the task that asked for it, and a goal
 * is a request of its own.
 */
const goesOn = (open: OpenTask | undefined, { kind, word }: Asked): boolean => {
  const last = open?.items.at(-1)
  return (
    open !== undefined &&
    (isAnswer(kind) || (open.requests.length > 0 && kind !== "goal" && (word.continues || last?._tag === "Asked")))
  )
}

const isAnswer = (kind: UserText["kind"]): boolean => kind === "answer" || kind === "note"

/** Whether a step did something, and did not only look around. */
const isWork = (step: Step): boolean =>
  step._tag === "ToolStep" || (step._tag === "EditStep" ? step.changes.length > 0 : !step.isLook)

/** A greeting is no request; without a request there must be work, or looks that the assistant reported on. */
const isWorthTelling = (task: OpenTask): boolean =>
  task.requests.some(({ word }) => !word.isGreeting) ||
  stepsOf(task).some(isWork) ||
  (stepsOf(task).length > 0 && task.requests.length === 0 && saidIn(task).length > 0)

/** Whether something ends a turn, or stops it. */
export const endsTurn = (item: TaskItem | SessionEvent | undefined): item is Interruption | TurnEnd =>
  item?._tag === "TurnEnd" || item?._tag === "Interruption"

/** Whether a message tells of no work: a compaction left it in the assistant's name, or the turn was over. */
const isHandoff = (event: SessionEvent, open: OpenTask | undefined): boolean =>
  event._tag === "AssistantText" &&
  (endsTurn(open?.items.at(-1)) ||
    /^(?:\*\*|#{1,4} )?(?:Handoff summary|(?:Conversation|Context|Session) summary|Summary of the (?:conversation|session))/i.test(
      event.text
    ))

/** Splits a session at the requests that start something new. */
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
