#include "apps/lithair/run.hpp"

int main(int argc, char** argv) { return lithair::run_model_file(argc, argv); }
