import {
  add,
  asked,
  failed,
  goal,
  lasting,
  looked,
  not,
  passed,
  patched,
  polled,
  type QualityProject,
  said,
  update
} from "../session.js"

/** A parser of notes in C++; its user writes Russian. */
export const quill: QualityProject = {
  name: "quill",
  cwd: "/home/timur/src/quill",
  instructions: "",
  sessions: [
    {
      name: "a build error whose cause stands above the last line",
      form: "exec",
      steps: [
        asked("Проект не собирается после обновления, исправь. Всегда собирай в каталоге build-debug."),
        failed(
          "cmake --build build-debug",
          `[ 25%] Building CXX object CMakeFiles/quill.dir/src/print.cpp.o
/home/timur/src/quill/src/print.cpp:3:10: fatal error: fmt/core.h: No such file or directory
    3 | #include <fmt/core.h>
      |          ^~~~~~~~~~~~
compilation terminated.
make[2]: *** [CMakeFiles/quill.dir/build.make:90: CMakeFiles/quill.dir/src/print.cpp.o] Error 1
make[1]: *** [CMakeFiles/Makefile2:83: CMakeFiles/quill.dir/all] Error 2
make: *** [Makefile:136: all] Error 2
`,
          { exitCode: 2 }
        ),
        patched(
          update(
            "CMakeLists.txt",
            "target_link_libraries(quill PRIVATE threads)",
            "find_package(fmt REQUIRED)\ntarget_link_libraries(quill PRIVATE threads fmt::fmt)"
          )
        ),
        passed(
          "cmake --build build-debug",
          "[ 25%] Building CXX object CMakeFiles/quill.dir/src/print.cpp.o\n[100%] Built target quill\n"
        ),
        passed("ctest --test-dir build-debug", "100% tests passed, 0 tests failed out of 17\n"),
        said("Библиотека fmt не была подключена; теперь `CMakeLists.txt` ищет её.")
      ],
      gold: {
        failures: [{ error: "fatal error: fmt/core.h: No such file or directory", fix: ["CMakeLists.txt"] }],
        commands: ["cmake --build build-debug", "ctest --test-dir build-debug"],
        files: ["CMakeLists.txt"],
        wishes: [lasting("Всегда собирай в каталоге build-debug")],
        outcomes: ["success"],
        mustNotSay: [not("memory", "make: ***"), not("memory", "compilation terminated")]
      }
    },
    {
      name: "a crash, a first attempt that did not help, and a formatter",
      form: "items",
      steps: [
        asked("Тест parser_test падает, найди причину."),
        failed(
          "ctest --test-dir build-debug -R parser_test --output-on-failure",
          "1/1 Test #4: parser_test ......***Exception: SegFault  0.11 sec\nparser_test: heading without text\n\n0% tests passed, 1 tests failed out of 1\n",
          { exitCode: 8 }
        ),
        patched(update("src/lexer.cpp", "  return text.substr(1);", "  return text.empty() ? text : text.substr(1);")),
        failed(
          "cmake --build build-debug && ctest --test-dir build-debug -R parser_test --output-on-failure",
          "[100%] Built target parser_test\n1/1 Test #4: parser_test ......***Exception: SegFault  0.10 sec\nparser_test: heading without text\n",
          { exitCode: 8 }
        ),
        said("Дело не в лексере. Узел заголовка разыменовывается без проверки."),
        patched(
          update("src/lexer.cpp", "  return text.empty() ? text : text.substr(1);", "  return text.substr(1);"),
          update("src/parser.cpp", "  out.push_back(*node->child);", "  if (node->child) out.push_back(*node->child);")
        ),
        passed("clang-format -i src/parser.cpp", ""),
        passed(
          "cmake --build build-debug && ctest --test-dir build-debug -R parser_test --output-on-failure",
          "[100%] Built target parser_test\n1/1 Test #4: parser_test ......   Passed    0.02 sec\n\n100% tests passed, 0 tests failed out of 1\n"
        ),
        said("Причина была в `src/parser.cpp`: пустой заголовок не имеет потомка. Тест проходит.")
      ],
      gold: {
        failures: [{ error: "parser_test ......***Exception: SegFault", fix: ["src/parser.cpp"] }],
        commands: ["ctest --test-dir build-debug -R parser_test --output-on-failure"],
        files: ["src/parser.cpp"],
        outcomes: ["success"],
        mustNotSay: [not("fix", "clang-format"), not("fix", "src/lexer.cpp"), not("file", "src/lexer.cpp")]
      }
    },
    {
      name: "a question without work",
      form: "exec",
      steps: [
        asked("Чем std::string_view отличается от const std::string&?"),
        said("`std::string_view` не владеет памятью и строится из литерала без копирования.")
      ],
      gold: {
        outcomes: [],
        mustNotSay: [not("memory", "string_view"), not("open", "Чем std::string_view")]
      }
    },
    {
      name: "searches whose matches look like errors",
      form: "exec",
      steps: [
        asked("Переименуй класс ParseError в SyntaxError."),
        looked(
          "grep -rn 'ParseError' src",
          'src/error.hpp:8:class ParseError : public std::runtime_error {\nsrc/parser.cpp:61:  throw ParseError("error: unexpected token");\n'
        ),
        patched(
          update("src/error.hpp", "class ParseError", "class SyntaxError"),
          update("src/parser.cpp", "  throw ParseError(", "  throw SyntaxError(")
        ),
        failed("grep -rn 'ParseError' src", ""),
        polled("cmake --build build-debug", 0, [
          "[ 40%] Building CXX object src/parser.cpp.o\n",
          "[100%] Built target quill\n"
        ]),
        passed("ctest --test-dir build-debug", "100% tests passed, 0 tests failed out of 17\n"),
        said("Класс теперь называется `SyntaxError`; сборка и тесты проходят.")
      ],
      gold: {
        commands: ["cmake --build build-debug", "ctest --test-dir build-debug"],
        files: ["src/error.hpp", "src/parser.cpp"],
        outcomes: ["success"],
        mustNotSay: [
          not("open", "grep"),
          not("memory", "unexpected token"),
          not("limit", "grep"),
          not("command", "grep -rn 'ParseError' src")
        ]
      }
    },
    {
      name: "a fix that a reader of the log could take for another",
      form: "shell",
      steps: [
        asked("Санитайзер ругается на утечку, исправь и добавь описание в docs."),
        failed(
          "ctest --test-dir build-asan",
          "17/17 Test #17: leak_test ......***Failed    0.31 sec\n==811==ERROR: LeakSanitizer: detected memory leaks\nDirect leak of 64 byte(s) in 1 object(s) allocated from:\n    #1 quill::Pool::take() src/pool.cpp:29\n\n94% tests passed, 1 tests failed out of 17\n",
          { exitCode: 8 }
        ),
        patched(
          update("src/pool.cpp", "  return new Node();", "  return nodes.emplace_back(std::make_unique<Node>()).get();")
        ),
        patched(add("docs/memory.md", "# Memory\n\nThe pool owns its nodes.")),
        passed("cmake --build build-asan", "[100%] Built target quill\n"),
        passed("ctest --test-dir build-asan", "100% tests passed, 0 tests failed out of 17\n"),
        said("Пул теперь владеет узлами, утечки нет; описание лежит в `docs/memory.md`.")
      ],
      gold: {
        failures: [{ error: "ERROR: LeakSanitizer: detected memory leaks", fix: ["src/pool.cpp"] }],
        commands: ["ctest --test-dir build-asan", "cmake --build build-asan"],
        files: ["src/pool.cpp", "docs/memory.md"],
        outcomes: ["success"],
        mustNotSay: [not("fix", "docs/memory.md")]
      }
    },
    {
      name: "a goal with a limit, and a file written by a command",
      form: "items",
      steps: [
        goal("Перевести сборку на C++20, не меняя публичные заголовки"),
        patched(update("CMakeLists.txt", "set(CMAKE_CXX_STANDARD 17)", "set(CMAKE_CXX_STANDARD 20)")),
        failed(
          "cmake --build build-debug",
          "/home/timur/src/quill/src/text.cpp:14:22: error: ambiguous overload for 'operator==' (operand types are 'Text' and 'Text')\n   14 |   return left == right;\n      |          ~~~~ ^~ ~~~~~\nmake: *** [Makefile:136: all] Error 2\n",
          { exitCode: 2 }
        ),
        patched(update("src/text.cpp", "  return left == right;", "  return left.view() == right.view();")),
        passed("cmake --build build-debug", "[100%] Built target quill\n"),
        passed("ctest --test-dir build-debug", "100% tests passed, 0 tests failed out of 17\n"),
        said("Сборка идёт с C++20, публичные заголовки не изменены.")
      ],
      gold: {
        failures: [
          {
            error: "error: ambiguous overload for 'operator==' (operand types are 'Text' and 'Text')",
            fix: ["src/text.cpp"]
          }
        ],
        commands: ["cmake --build build-debug", "ctest --test-dir build-debug"],
        files: ["CMakeLists.txt", "src/text.cpp"],
        outcomes: ["success"],
        mustNotSay: [not("memory", "make: ***"), not("lasting wish", "Перевести сборку на C++20")]
      }
    }
  ]
}
