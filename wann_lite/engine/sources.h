/* The fingerprint of the sources (sources.py), as setup.py passes it on. */

#define AS_TEXT(name) #name
#define TEXT_OF(macro) AS_TEXT(macro)

#ifdef WANN_LITE_SOURCES
static const char *fingerprint_of_sources(void) { return TEXT_OF(WANN_LITE_SOURCES); }
#else
static const char *fingerprint_of_sources(void) { return ""; }
#endif
