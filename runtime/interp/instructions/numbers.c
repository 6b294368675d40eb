/* Comparison, out of line. */
#include "runtime/interp/instructions/numbers.h"

int compare_truth(value a, value b, int op)
{
    value result = compare_rich(a, b, op);
    if (unlikely(!result))
        return -1;
    int truth = quick_truth(result);
    if (unlikely(truth < 0))
        truth = value_truth(result);
    value_dec(result);
    return truth;
}
