/// What sanitizers are told, where tests and program are built with these: more memory than there is is asked
/// for on purpose, and some libraries keep what they took until the process ends.

extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1";
}

extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libfontconfig\nleak:libhdf5\nleak:libpango\nleak:libglib\n";
}

extern "C" const char* __lsan_default_options();
extern "C" const char* __lsan_default_options() {
  return "print_suppressions=0";
}
