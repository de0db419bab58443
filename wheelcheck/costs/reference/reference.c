/* The C half of the reference compile: plain, fixed C that looks like generated extension code.
 * Macros unfold into many functions of branches, calls and pointer chasing. Never change this file:
 * all reference seconds ever recorded depend on it. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct object {
    size_t references;
    int kind;
    union {
        int64_t whole;
        double real;
        struct object **items;
    } value;
    size_t length;
} object;

static object *fail(const char *function, int line) {
    fprintf(stderr, "%s:%d\n", function, line);
    return NULL;
}

static void release(object *it) {
    if (it && --it->references == 0) {
        if (it->kind == 2) {
            for (size_t i = 0; i < it->length; i++) release(it->value.items[i]);
            free(it->value.items);
        }
        free(it);
    }
}

#define FUNCTION(n)                                                                       \
    object *combine_##n(object *left, object *right, const double *table, size_t size) {  \
        object *result = calloc(1, sizeof *result);                                       \
        double sum = 0;                                                                   \
        if (!result) return fail("combine_" #n, __LINE__);                                \
        switch (left->kind * 3 + right->kind) {                                           \
        case 0: result->value.whole = left->value.whole * n + right->value.whole; break;  \
        case 1: result->value.real = (double)left->value.whole + right->value.real; break; \
        case 3: result->value.real = left->value.real / (right->value.whole | 1); break;  \
        case 4: result->value.real = left->value.real - n * right->value.real; break;     \
        case 8:                                                                           \
            for (size_t i = 0; i < left->length && i < right->length; i++) {              \
                object *item = left->value.items[i];                                      \
                if (!item || item->kind != right->value.items[i]->kind) {                 \
                    release(result);                                                      \
                    return fail("combine_" #n, __LINE__);                                 \
                }                                                                         \
                sum += item->kind == 1 ? item->value.real : (double)item->value.whole;    \
            }                                                                             \
            break;                                                                        \
        default: release(result); return fail("combine_" #n, __LINE__);                   \
        }                                                                                 \
        for (size_t i = n % 7; i + 4 < size; i += 4) {                                    \
            sum += table[i] * table[i + 1] - table[i + 2];                                \
            if (table[i + 3] > sum) sum = sum * 0.5 + (double)((i ^ n) & 15);             \
        }                                                                                 \
        result->kind = 1;                                                                 \
        result->value.real += sum;                                                        \
        return result;                                                                    \
    }
#define TEN(n) FUNCTION(n##0) FUNCTION(n##1) FUNCTION(n##2) FUNCTION(n##3) FUNCTION(n##4) \
    FUNCTION(n##5) FUNCTION(n##6) FUNCTION(n##7) FUNCTION(n##8) FUNCTION(n##9)
TEN(1) TEN(2) TEN(3) TEN(4) TEN(5) TEN(6) TEN(7) TEN(8)
