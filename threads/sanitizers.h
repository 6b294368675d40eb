/* Which sanitizer the compiler builds for: gcc and clang say it in different ways. */
#ifndef ATOLL_SANITIZERS_H
#define ATOLL_SANITIZERS_H

#if defined(__SANITIZE_THREAD__)
#define ATOLL_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ATOLL_TSAN 1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__)
#define ATOLL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ATOLL_ASAN 1
#endif
#endif

#endif
