import * as Schema from "effect/Schema"
import { CodingAgent } from "../../../domain/session/CodingAgent.js"
import { ThreadId } from "../../../domain/thread/ThreadId.js"
import { Withholding } from "../../../domain/thread/WhyNot.js"
import { Directory } from "../../../domain/thread/WorkingDirectory.js"
import { Flag, StoredText } from "./Rows.js"

/** A row with a thread. */
export const ThreadRow = Schema.Struct({
  id: ThreadId,
  agent: CodingAgent,
  rolloutPath: Schema.String,
  createdAt: Schema.Int,
  updatedAt: Schema.Int,
  source: StoredText,
  modelProvider: Schema.NullOr(StoredText),
  cwd: Schema.NullOr(Directory),
  cliVersion: Schema.NullOr(StoredText),
  title: Schema.NullOr(StoredText),
  sandboxPolicy: Schema.NullOr(StoredText),
  approvalMode: Schema.NullOr(StoredText),
  tokensUsed: Schema.NullOr(Schema.Number),
  firstUserMessage: Schema.NullOr(StoredText),
  archivedAt: Schema.NullOr(Schema.Int),
  gitSha: Schema.NullOr(StoredText),
  gitBranch: Schema.NullOr(StoredText),
  gitOriginUrl: Schema.NullOr(StoredText),
  rolloutSize: Schema.Int,
  rolloutModifiedAt: Schema.Int,
  missingSince: Schema.NullOr(Schema.Int),
  withheld: Schema.NullOr(Withholding)
})

/** A row with the state of a thread's extraction: the last result, failures, and the next attempt. */
export const ExtractionRow = Schema.Struct({
  outcome: Schema.NullOr(Schema.Literal("memory", "nothing")),
  learnedUpdatedAt: Schema.NullOr(Schema.Int),
  learnedSize: Schema.NullOr(Schema.Int),
  attempts: Schema.Int,
  retryAt: Schema.NullOr(Schema.Int),
  isQuarantined: Flag,
  errorTag: Schema.NullOr(Schema.String),
  errorMessage: Schema.NullOr(StoredText),
  failedSize: Schema.NullOr(Schema.Int),
  failedHash: Schema.NullOr(Schema.String),
  failedModifiedAt: Schema.NullOr(Schema.Int),
  claimOwner: Schema.NullOr(Schema.String),
  claimExpiresAt: Schema.NullOr(Schema.Int)
})
