import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { dayOf, type Reservation, reachedCap, type SpendingCaps } from "../../domain/model/Spending.js"

/** The operations on what models cost. */
export const make = () => {
  const spending = new Map<string, { readonly pass: string; readonly day: string; readonly tokens: number }>()

  return {
    reserveSpending: (reservation: Reservation, caps: SpendingCaps) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const { id, pass, tokens } = reservation
        const day = dayOf(now)
        const spent = (counts: (row: { readonly pass: string; readonly day: string }) => boolean) => {
          const rows = [...spending.values()].filter(counts)
          return { requests: rows.length, tokens: rows.reduce((sum, row) => sum + row.tokens, 0) }
        }
        const reached = reachedCap(
          caps,
          spent((row) => row.pass === pass),
          spent((row) => row.day === day),
          tokens
        )
        if (reached === undefined) {
          spending.set(id, { pass, day, tokens })
        }
        return Option.fromNullable(reached)
      }),
    settleSpending: (id: string, tokens: number) =>
      Effect.sync(() => {
        const reserved = spending.get(id)
        if (reserved !== undefined) {
          spending.set(id, { ...reserved, tokens })
        }
      })
  }
}
