import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { isGreeting, withoutGreeting } from "../../../src/domain/text/Greetings.js"
import { sessionTitle } from "../../../src/domain/text/TypedParts.js"
import { nonEmpty } from "../../support/nonEmpty.js"

/** Messages that begin with a greeting, and the title of their sessions. */
const greeted: ReadonlyArray<readonly [message: string, title: string]> = [
  ["Hi! Good morning, hope you are well. Could you add a retry to the client?", "add a retry to the client?"],
  ["Hey Codex, fix the parser", "fix the parser"],
  ["Good morning Claude! How are you today? Please sort the list.", "sort the list."],
  ["hi can you fix the tests", "fix the tests"],
  ["Hello team,\n\nsplit the importer in two", "split the importer in two"],
  ["Hey there :) sort the harbours", "sort the harbours"],
  ["你好！辛苦了。请帮我修复登录按钮", "修复登录按钮"],
  ["您好，请帮忙写一个解析器", "写一个解析器"],
  ["早上好，不好意思，修复登录按钮", "修复登录按钮"],
  ["こんにちは。ログイン画面を直してください", "ログイン画面を直してください"],
  ["おはようございます。お疲れ様です。ボタンを直して", "ボタンを直して"],
  ["안녕하세요! 로그인 버튼을 고쳐주세요", "로그인 버튼을 고쳐주세요"],
  ["안녕하세요, 수고하십니다. 버튼을 고쳐줘", "버튼을 고쳐줘"],
  ["Hallo zusammen, könntest du bitte die Tests reparieren?", "die Tests reparieren?"],
  ["Guten Morgen! Ich hoffe, dir geht es gut. Bitte füge einen Retry hinzu", "füge einen Retry hinzu"],
  ["Hola, ¿qué tal? ¿Puedes arreglar el botón?", "arreglar el botón?"],
  ["Buenos días. Espero que estés bien. Arregla el botón", "Arregla el botón"],
  ["Bonjour, j'espère que tu vas bien. Peux-tu corriger le bouton ?", "corriger le bouton ?"],
  ["Salut ! Ça va ? Corrige le bouton", "Corrige le bouton"],
  ["Olá, tudo bem? Você pode corrigir o botão?", "corrigir o botão?"],
  ["Bom dia! Corrija o botão", "Corrija o botão"],
  ["Привет! Как дела? Исправь кнопку", "Исправь кнопку"],
  ["Здравствуйте, не могли бы вы исправить кнопку?", "исправить кнопку?"],
  ["Cześć, mam nadzieję, że wszystko u ciebie dobrze. Czy możesz poprawić przycisk?", "poprawić przycisk?"],
  ["Dzień dobry! Popraw przycisk", "Popraw przycisk"],
  ["Merhaba, nasılsın? Düğmeyi düzelt", "Düğmeyi düzelt"],
  ["Günaydın! Umarım iyisindir. Lütfen düğmeyi düzelt", "düğmeyi düzelt"],
  ["Xin chào! Hy vọng bạn khỏe. Sửa nút đăng nhập", "Sửa nút đăng nhập"],
  ["Chào bạn, bạn có thể sửa nút đăng nhập không?", "sửa nút đăng nhập không?"]
]

/** Messages that only look as if they began with a greeting. */
const requests: ReadonlyArray<string> = [
  "hello world program in C",
  "Hello, World! should be printed by the binary",
  "Hi res images are blurry",
  "Morning routine page is broken",
  "Dear diary app crashes on start",
  "test the parser",
  "Ping the server every minute",
  "How are the tests run?",
  "All tests fail, fix them",
  "All: run lint",
  "Everyone sees the admin page",
  "早く直して",
  "na ja, das geht nicht",
  "Salutation field is empty",
  "Buenas prácticas de seguridad para el API"
]

/** Messages that say nothing but hello. */
const onlyGreetings: ReadonlyArray<string> = [
  "Hello there.",
  "hi 👋",
  "Good morning, how are you?",
  "hello world",
  "你好吗",
  "こんにちは、よろしくお願いします。",
  "안녕하세요!",
  "Moin moin!",
  "¡Hola! ¿Qué tal?",
  "Bonjour, ça va ?",
  "Oi, tudo bem?",
  "Привет, как дела?",
  "Cześć, co słychać?",
  "Merhaba, kolay gelsin",
  "Xin chào!"
]

describe("greetings", () => {
  for (const [message, title] of nonEmpty(greeted)) {
    it(`a greeting is not in the title of a session: ${message.replaceAll("\n", " ")}`, () => {
      assert.strictEqual(sessionTitle(message), title)
    })
  }

  for (const message of nonEmpty(requests)) {
    it(`a request keeps its first words: ${message}`, () => {
      assert.strictEqual(withoutGreeting(message), message)
    })
  }

  for (const message of nonEmpty(onlyGreetings)) {
    it(`a message only greets: ${message}`, () => {
      assert.isTrue(isGreeting(message))
    })
  }

  it.prop(
    "any text without its greeting is the end of the text",
    [fc.string({ unit: "grapheme" })],
    ([text]) =>
      text.normalize("NFC").endsWith(withoutGreeting(text)) ||
      text.normalize("NFC").trim().endsWith(withoutGreeting(text))
  )
})
