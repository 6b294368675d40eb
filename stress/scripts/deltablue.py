"""DeltaBlue: an incremental solver of constraint hierarchies, one copy per thread.

    deltablue.py [THREADS [N]]

The algorithm is that of Freeman-Benson, Maloney and Borning (CACM 33:1, 1990): a plan of methods is kept
that satisfies the strongest constraints, and changes to one constraint repair the plan locally. Two tests
drive it: a chain of equalities, and projections of many points by one scale and one offset.
"""

import sys
import threading
from collections import deque

REQUIRED, STRONG_PREFERRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAK_DEFAULT, WEAKEST = range(7)
NONE, FORWARD, BACKWARD = range(3)


def stronger(a, b):
    return a < b


def weaker(a, b):
    return a > b


class Variable:
    """A value with the constraints on it; `walkabout` is the strength with which it could be changed."""

    def __init__(self, name, value=0):
        self.name = name
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.mark = 0
        self.walkabout = WEAKEST
        self.stay = True

    def forget(self, constraint):
        self.constraints.remove(constraint)
        if self.determined_by is constraint:
            self.determined_by = None


class Constraint:
    """What all kinds share: adding, removing, and being satisfied in a planner."""

    is_input = False

    def __init__(self, planner, strength):
        self.planner = planner
        self.strength = strength

    def add(self):
        self.register()
        self.planner.add(self)

    def destroy(self):
        if self.is_satisfied():
            self.planner.remove(self)
        for variable in self.variables():
            variable.forget(self)

    def register(self):
        for variable in self.variables():
            variable.constraints.append(self)
        self.unsatisfy()

    def satisfy(self, mark):
        """Choose a method; return the constraint that had to give way, if one did."""
        self.choose_method(mark)
        if not self.is_satisfied():
            if self.strength == REQUIRED:
                raise RuntimeError("could not satisfy a required constraint")
            return None
        for variable in self.inputs():
            variable.mark = mark
        output = self.output()
        overridden = output.determined_by
        if overridden is not None:
            overridden.unsatisfy()
        output.determined_by = self
        if not self.planner.propagate(self, mark):
            raise RuntimeError("cycle of constraints")
        output.mark = mark
        return overridden

    def inputs_known(self, mark):
        return all(v.mark == mark or v.stay or v.determined_by is None for v in self.inputs())


class Unary(Constraint):
    """A constraint on one variable: it stays, or it is edited from outside."""

    def __init__(self, planner, variable, strength):
        super().__init__(planner, strength)
        self.variable = variable
        self.satisfied = False
        self.add()

    def variables(self):
        return (self.variable,)

    def inputs(self):
        return ()

    def output(self):
        return self.variable

    def is_satisfied(self):
        return self.satisfied

    def unsatisfy(self):
        self.satisfied = False

    def choose_method(self, mark):
        out = self.variable
        self.satisfied = out.mark != mark and stronger(self.strength, out.walkabout)

    def recalculate(self):
        self.variable.walkabout = self.strength
        self.variable.stay = not self.is_input

    def execute(self):
        pass


class Stay(Unary):
    """Keeps a variable as it is."""


class Edit(Unary):
    """Lets somebody set a variable."""

    is_input = True


class Binary(Constraint):
    """A constraint between two variables that can be solved in either direction."""

    def __init__(self, planner, first, second, strength):
        super().__init__(planner, strength)
        self.first = first
        self.second = second
        self.direction = NONE
        self.add()

    def variables(self):
        return (self.first, self.second)

    def inputs(self):
        return (self.first,) if self.direction == FORWARD else (self.second,)

    def output(self):
        return self.second if self.direction == FORWARD else self.first

    def is_satisfied(self):
        return self.direction != NONE

    def unsatisfy(self):
        self.direction = NONE

    def choose_method(self, mark):
        first, second = self.first, self.second
        forward = second.mark != mark and stronger(self.strength, second.walkabout)
        backward = first.mark != mark and stronger(self.strength, first.walkabout)
        if first.mark == mark:
            self.direction = FORWARD if forward else NONE
        elif second.mark == mark:
            self.direction = BACKWARD if backward else NONE
        elif weaker(first.walkabout, second.walkabout):
            self.direction = BACKWARD if backward else NONE
        elif forward:
            self.direction = FORWARD
        else:
            self.direction = BACKWARD if backward else NONE

    def recalculate(self):
        source, target = self.inputs()[0], self.output()
        target.walkabout = max(self.strength, source.walkabout)
        target.stay = source.stay
        if target.stay:
            self.execute()


class Equality(Binary):
    def execute(self):
        self.output().value = self.inputs()[0].value


class Scale(Binary):
    """second == first * scale + offset, where scale and offset are variables too, but only read."""

    def __init__(self, planner, source, scale, offset, target, strength):
        self.scale = scale
        self.offset = offset
        super().__init__(planner, source, target, strength)

    def variables(self):
        return (self.first, self.second, self.scale, self.offset)

    def inputs(self):
        source = self.first if self.direction == FORWARD else self.second
        return (source, self.scale, self.offset)

    def execute(self):
        if self.direction == FORWARD:
            self.second.value = self.first.value * self.scale.value + self.offset.value
        else:
            self.first.value = (self.second.value - self.offset.value) // self.scale.value

    def recalculate(self):
        source, target = self.inputs()[0], self.output()
        target.walkabout = max(self.strength, source.walkabout)
        target.stay = source.stay and self.scale.stay and self.offset.stay
        if target.stay:
            self.execute()


class Planner:
    """Keeps the variables' plan up to date as constraints come and go."""

    def __init__(self):
        self.current_mark = 0

    def new_mark(self):
        self.current_mark += 1
        return self.current_mark

    def add(self, constraint):
        mark = self.new_mark()
        overridden = constraint.satisfy(mark)
        while overridden is not None:
            overridden = overridden.satisfy(mark)

    def remove(self, constraint):
        """Take a satisfied constraint away and let weaker ones have what it held."""
        out = constraint.output()
        constraint.unsatisfy()
        for variable in constraint.variables():
            if constraint in variable.constraints:
                variable.constraints.remove(constraint)
                variable.constraints.append(constraint)
        for unsatisfied in sorted(self.remove_from(out, constraint), key=lambda c: c.strength):
            self.add(unsatisfied)

    def remove_from(self, out, removed):
        """Free everything downstream of `out`; return the unsatisfied constraints met on the way."""
        out.determined_by = None
        out.walkabout = WEAKEST
        out.stay = True
        unsatisfied = []
        todo = deque([out])
        while todo:
            variable = todo.popleft()
            for constraint in variable.constraints:
                if constraint is not removed and not constraint.is_satisfied():
                    unsatisfied.append(constraint)
            for constraint in self.consumers(variable):
                constraint.recalculate()
                todo.append(constraint.output())
        return unsatisfied

    @staticmethod
    def consumers(variable):
        """The satisfied constraints that read a variable."""
        by = variable.determined_by
        return [c for c in variable.constraints if c is not by and c.is_satisfied()]

    def propagate(self, constraint, mark):
        """Recompute what lies downstream; False if the plan turns out to be circular."""
        todo = deque([constraint])
        while todo:
            current = todo.popleft()
            output = current.output()
            if output.mark == mark:
                return False
            current.recalculate()
            todo.extend(self.consumers(output))
        return True

    def extract_plan(self, sources):
        """Return the constraints to execute, in order, whenever the sources change."""
        mark = self.new_mark()
        plan = []
        todo = deque(sources)
        while todo:
            constraint = todo.popleft()
            output = constraint.output()
            if output.mark != mark and constraint.inputs_known(mark):
                plan.append(constraint)
                output.mark = mark
                todo.extend(self.consumers(output))
        return plan


def change(planner, variable, value):
    """Set a variable as a user would: with an edit constraint and a plan."""
    edit = Edit(planner, variable, PREFERRED)
    plan = planner.extract_plan([edit])
    for _ in range(10):
        variable.value = value
        for constraint in plan:
            constraint.execute()
    edit.destroy()


def chain_test(n):
    """A chain of n equalities: what goes in at one end comes out at the other."""
    planner = Planner()
    variables = [Variable(f"v{i}") for i in range(n + 1)]
    for left, right in zip(variables, variables[1:]):
        Equality(planner, left, right, REQUIRED)
    first, last = variables[0], variables[-1]
    Stay(planner, last, STRONG_DEFAULT)
    edit = Edit(planner, first, PREFERRED)
    plan = planner.extract_plan([edit])
    for value in range(100):
        first.value = value
        for constraint in plan:
            constraint.execute()
        if last.value != value:
            raise AssertionError("chain test failed")
    edit.destroy()
    return len(plan)


def projection_test(n):
    """n points, each scaled and shifted by the same two variables, changed from both ends."""
    planner = Planner()
    scale = Variable("scale", 10)
    offset = Variable("offset", 1000)
    sources, targets = [], []
    for i in range(n):
        source, target = Variable(f"src{i}", i), Variable(f"dst{i}", i)
        sources.append(source)
        targets.append(target)
        Stay(planner, source, NORMAL)
        Scale(planner, source, scale, offset, target, REQUIRED)
    change(planner, sources[-1], 17)
    forward = targets[-1].value
    change(planner, targets[-1], 1050)
    backward = sources[-1].value
    change(planner, scale, 5)
    scaled = sum(target.value for target in targets[:-1])
    change(planner, offset, 2000)
    shifted = sum(target.value for target in targets[:-1])
    if forward != 1170 or backward != 5:
        raise AssertionError(f"projection failed: {forward}, {backward}")
    k = n - 1
    if scaled != k * (k - 1) // 2 * 5 + 1000 * k or shifted != scaled + 1000 * k:
        raise AssertionError(f"projection failed: {scaled}, {shifted}")
    return scaled, shifted


def main(argv):
    threads = int(argv[1]) if len(argv) > 1 else 2
    n = int(argv[2]) if len(argv) > 2 else 9000
    results = {}

    def work(place):
        results[place] = chain_test(n), projection_test(n)

    crew = [threading.Thread(target=work, args=(i,)) for i in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    for place in sorted(results):
        plan, sums = results[place]
        print(f"thread {place}: chain of {n} has a plan of {plan}, projections sum to {sums[0]} and {sums[1]}")


if __name__ == "__main__":
    main(sys.argv)
