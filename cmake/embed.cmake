# Writes OUTPUT, a C++ source that holds the bytes of INPUT as embedded::NAME.
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE ${OUTPUT} "#include <string_view>\nnamespace embedded {\nstatic const unsigned char ${NAME}_bytes[] = {\n${bytes}0};\n"
  "extern const std::string_view ${NAME};\n"
  "const std::string_view ${NAME}{reinterpret_cast<const char*>(${NAME}_bytes), sizeof(${NAME}_bytes) - 1};\n}\n")
