import { isJsonObject, type JsonObject } from "../LenientField.js"

/** The maximum number of tasks of a plan; a longer list is not a plan. */
const mostTasks = 40

interface Task {
  readonly subject: string
  readonly isOver: boolean
}

const isOver = (status: unknown): boolean => status === "completed" || status === "deleted" || status === "cancelled"

/** Follows the assistant's plan through the calls that change it. An instance serves one session. */
export class ClaudePlan {
  private readonly tasks = new Map<string, Task>()
  private readonly created = new Map<string, string>()

  /** Adds a call. Returns the steps that are not done, if the call changed the plan. */
  addCall(tool: string, input: JsonObject, callId: string): ReadonlyArray<string> | undefined {
    switch (tool) {
      case "TodoWrite": {
        const todos: ReadonlyArray<unknown> = Array.isArray(input["todos"]) ? input["todos"] : []
        return todos
          .slice(0, mostTasks)
          .flatMap((todo) =>
            isJsonObject(todo) && typeof todo["content"] === "string" && !isOver(todo["status"])
              ? [todo["content"]]
              : []
          )
      }
      case "TaskCreate":
        if (typeof input["subject"] === "string") {
          this.created.set(callId, input["subject"])
        }
        return undefined
      case "TaskUpdate": {
        const [id, status] = [input["taskId"], input["status"]]
        const task = typeof id === "string" ? this.tasks.get(id) : undefined
        if (typeof id !== "string" || task === undefined || typeof status !== "string") {
          return undefined
        }
        this.tasks.set(id, { ...task, isOver: isOver(status) })
        return this.left()
      }
      default:
        return undefined
    }
  }

  /** Adds the result of a call, which names a new task. Returns the steps that are not done, if there is a new one. */
  addResult(callId: string, result: unknown): ReadonlyArray<string> | undefined {
    const subject = this.created.get(callId)
    const task = isJsonObject(result) && isJsonObject(result["task"]) ? result["task"]["id"] : undefined
    this.created.delete(callId)
    if (subject === undefined || typeof task !== "string" || this.tasks.size >= mostTasks) {
      return undefined
    }
    this.tasks.set(task, { subject, isOver: false })
    return this.left()
  }

  private left(): ReadonlyArray<string> {
    return [...this.tasks.values()].flatMap(({ isOver, subject }) => (isOver ? [] : [subject]))
  }
}
